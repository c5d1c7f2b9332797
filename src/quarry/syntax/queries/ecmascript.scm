(comment) @comment
(decorator) @attribute
(export_statement) @wrapper
[(lexical_declaration) (variable_declaration) (expression_statement)] @wrapper.single

(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @body) @definition.function
(class_declaration name: (_) @name body: (_) @body) @definition.class
(method_definition name: (_) @name body: (_) @body) @definition.function

(variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @definition.function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(variable_declarator name: (identifier) @name value: (object)) @scope

(assignment_expression left: [(identifier) (member_expression)] @name right: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @definition.function
(assignment_expression left: [(identifier) (member_expression)] @name right: (class body: (_) @body)) @definition.class
(assignment_expression left: [(identifier) (member_expression)] @name right: (object)) @scope

(pair key: [(property_identifier) (string)] @name value: [
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @definition.function
(pair key: [(property_identifier) (string)] @name value: (arrow_function body: (_) @body)
  (#set! when "multiline")) @definition.function

(pair key: (property_identifier) @name value: (object)) @scope

; What a call makes, exported under a name: components, schemas, routers.
(export_statement declaration: (lexical_declaration (variable_declarator
  name: (identifier) @name value: (call_expression arguments: (_) @body)))
  (#set! when "multiline")) @definition.function
(export_statement "default" @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)]) @definition.function

(call_expression function: [
  (identifier) @reference
  (member_expression property: [(property_identifier) (private_property_identifier)] @reference)])
(new_expression constructor: [
  (identifier) @reference
  (member_expression property: (property_identifier) @reference)])
(decorator (identifier) @reference)
