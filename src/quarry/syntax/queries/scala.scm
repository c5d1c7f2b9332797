[(comment) (block_comment)] @comment
(annotation) @attribute

(package_clause name: (_) @name body: (_)) @scope
(package_object name: (_) @name body: (_) @body) @definition.class

(class_definition name: (_) @name body: (_)? @body) @definition.class
(trait_definition name: (_) @name body: (_)? @body) @definition.class
(object_definition name: (_) @name body: (_)? @body) @definition.class
(enum_definition name: (_) @name body: (_) @body) @definition.class
(type_definition name: (_) @name) @definition.class

(function_definition name: (_) @name body: (_)? @body) @definition.function
(function_declaration name: (_) @name) @definition.function
(given_definition name: (_) @name body: (with_template_body) @body) @definition.class
(given_definition !name return_type: (_) @name body: (with_template_body) @body) @definition.class
(given_definition name: (_) @name body: (_)? @body) @definition.function
(given_definition !name return_type: (_) @name body: (_)? @body) @definition.function
(extension_definition parameters: (parameters (parameter type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (stable_type_identifier) @name
  (_)]))) @scope.type

(val_definition pattern: (identifier) @name value: (instance_expression (template_body)) @body) @definition.class
(val_definition pattern: (identifier) @name value: [(lambda_expression) (case_block)] @body
  (#set! when "multiline")) @definition.function

((call_expression function: [
  (identifier) @reference
  (field_expression field: (identifier) @reference)
  (generic_function function: [
    (identifier) @reference
    (field_expression field: (identifier) @reference)])])
  (#not-any-of? @reference "this" "super"))
(infix_expression operator: (identifier) @reference)
(instance_expression [
  (type_identifier) @reference
  (generic_type type: (type_identifier) @reference)
  (stable_type_identifier (type_identifier) @reference)
  (generic_type type: (stable_type_identifier (type_identifier) @reference))])
(extends_clause type: [
  (type_identifier) @reference
  (generic_type type: (type_identifier) @reference)
  (stable_type_identifier (type_identifier) @reference)
  (generic_type type: (stable_type_identifier (type_identifier) @reference))])
(derives_clause type: (type_identifier) @reference)
(annotation name: (type_identifier) @reference)
