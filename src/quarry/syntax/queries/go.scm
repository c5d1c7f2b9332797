(comment) @comment
(type_declaration) @wrapper.single

(function_declaration name: (identifier) @name body: (block)? @body) @definition.function

(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @container
    (pointer_type (type_identifier) @container)
    (generic_type type: (type_identifier) @container)
    (pointer_type (generic_type type: (type_identifier) @container))]))
  name: (field_identifier) @name
  body: (block)? @body) @definition.method

(type_spec name: (type_identifier) @name type: [
  (struct_type (field_declaration_list) @body)
  (interface_type "{" @body)
  (_)]) @definition.class
(type_alias name: (type_identifier) @name) @definition.class
(method_elem name: (field_identifier) @name (#set! when "documented")) @definition.method

(call_expression function: [
  (identifier) @reference
  (selector_expression field: (field_identifier) @reference)])
(call_expression function: (parenthesized_expression [
  (identifier) @reference
  (selector_expression field: (field_identifier) @reference)]))
(composite_literal type: [
  (type_identifier) @reference
  (qualified_type name: (type_identifier) @reference)
  (generic_type type: (type_identifier) @reference)])
(field_declaration type: [
  (type_identifier) @reference
  (qualified_type name: (type_identifier) @reference)
  (pointer_type (type_identifier) @reference)
  (pointer_type (qualified_type name: (type_identifier) @reference))])
