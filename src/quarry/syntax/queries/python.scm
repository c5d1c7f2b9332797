(comment) @comment
(decorated_definition) @wrapper
(decorator) @attribute

(function_definition
  name: (identifier) @name
  body: (block . (expression_statement . (string) @doc)?) @body) @definition.function

(class_definition
  name: (identifier) @name
  body: (block . (expression_statement . (string) @doc)?) @body) @definition.class

(type_alias_statement left: (type [
  (identifier) @name
  (generic_type (identifier) @name)])) @definition.class

(call function: [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)])
(class_definition superclasses: (argument_list [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)]))
(class_definition superclasses: (argument_list (subscript value: [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)])))
(decorator [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)])
(except_clause [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)])
(raise_statement [
  (identifier) @reference
  (attribute attribute: (identifier) @reference)])
