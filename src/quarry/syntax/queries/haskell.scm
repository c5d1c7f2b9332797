[(comment) (haddock)] @comment
[(pragma) (haddock)] @trailer
[(foreign_import) (default_signature)] @wrapper

(signature name: (variable) @name (#set! clause) (#set! when "outermost")) @definition.function
(signature name: (prefix_id (_) @name) (#set! clause) (#set! when "outermost")) @definition.function
(signature names: (binding_list [(variable) @name (prefix_id (_) @name)])
  (#set! clause) (#set! when "outermost")) @definition.function

(function name: (variable) @name match: (_) @body (#set! clause) (#set! when "outermost")) @definition.function
(function name: (prefix_id (_) @name) match: (_) @body (#set! clause) (#set! when "outermost")) @definition.function
(function (infix operator: [(operator) @name (infix_id (_) @name) (constructor_operator) @name]) match: (_) @body
  (#set! clause) (#set! when "outermost")) @definition.function
(function parens: (function_head_parens [
    (infix operator: [(operator) @name (infix_id (_) @name)])
    (variable) @name]) match: (_) @body
  (#set! clause) (#set! when "outermost")) @definition.function
(bind name: (variable) @name match: (_) @body (#set! clause) (#set! when "outermost")) @definition.function
(bind pattern: (as bind: (variable) @name) match: (_) @body (#set! clause) (#set! when "outermost")) @definition.function
(bind name: (prefix_id (_) @name) match: (_) @body (#set! clause) (#set! when "outermost")) @definition.function
(pattern_synonym [
    (signature synonym: (_) @name)
    (equation synonym: (constructor) @name)
    (equation synonym: (_ . (constructor) @name))]
  (#set! clause)) @definition.function

(data_type name: (_) @name ["=" "where"]? @body) @definition.class
(newtype name: (_) @name ["=" "where"]? @body) @definition.class
(type_synomym name: (_) @name) @definition.class
(class name: (_) @name "where"? @body) @definition.class
(type_family name: (_) @name "where"? @body) @definition.class
(data_family name: (_) @name) @definition.class
(type_instance name: (_) @container patterns: (_) @name (#set! when "documented") (#set! when "multiline")) @definition.class
; The type that stands for an instance is its first parameter that is no variable.
(instance name: [(name) @container (qualified id: (_) @container)] patterns: (type_patterns [
    (name) @name
    (qualified id: (_) @name)
    (parens type: [
      (apply constructor: [
        (name) @name
        (qualified id: (_) @name)
        (apply constructor: [
          (name) @name
          (qualified id: (_) @name)
          (apply constructor: [(name) @name (qualified id: (_) @name)])])])
      (infix operator: (_) @name)
      (name) @name
      (_) @name])
    (list) @name
    (tuple) @name
    (unit) @name
    (prefix_list) @name
    (prefix_tuple) @name
    (prefix_id) @name
    (literal) @name
    (promoted) @name]) "where"? @body) @definition.class
(instance name: [(name) @container (qualified id: (_) @container)] patterns: (_) @name "where"? @body) @definition.class
(instance name: (_) @name "where"? @body) @definition.class

(apply function: [
  (variable) @reference
  (constructor) @reference
  (qualified id: (variable) @reference)
  (qualified id: (constructor) @reference)])
(infix left_operand: [
  (variable) @reference
  (qualified id: (variable) @reference)])
((infix operator: [
  (operator) @reference
  (qualified id: (operator) @reference)
  (infix_id (variable) @reference)
  (infix_id (qualified id: (variable) @reference))])
  (#not-any-of? @reference "$" "." "+" "-" "*" "/" "==" "/=" "<" ">" "<=" ">=" "&&" "||" "++" "<>" "<$>" "<*>" ">>=" ">>" "=<<"
    "$!" "div" "mod" "elem"))
(exp (variable) @reference)
(exp (qualified id: (variable) @reference))
(bind expression: (variable) @reference)
(match expression: [
  (variable) @reference
  (qualified id: (variable) @reference)])
(record constructor: (constructor) @reference)
(record expression: (constructor) @reference)
(instance name: [
  (name) @reference
  (qualified id: (name) @reference)])
(deriving classes: (name) @reference)
