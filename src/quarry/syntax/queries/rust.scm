[(line_comment) (block_comment)] @comment
(attribute_item) @attribute
(macro_invocation) @embedded

(function_item name: (_) @name body: (_) @body) @definition.function
(function_signature_item name: (_) @name) @definition.function
(struct_item name: (_) @name body: (_)? @body) @definition.class
(enum_item name: (_) @name body: (_) @body) @definition.class
(union_item name: (_) @name body: (_) @body) @definition.class
(trait_item name: (_) @name body: (_) @body) @definition.class
(type_item name: (_) @name (#set! when "documented")) @definition.class
(macro_definition name: (identifier) @name (macro_rule)? @body) @definition.function
(mod_item name: (_) @name body: (_)) @scope
(impl_item type: (_) @name body: (_)) @scope.type

(call_expression function: [
  (identifier) @reference
  (field_expression field: (field_identifier) @reference)
  (scoped_identifier name: (identifier) @reference)
  (generic_function function: [
    (identifier) @reference
    (field_expression field: (field_identifier) @reference)
    (scoped_identifier name: (identifier) @reference)])])
(macro_invocation macro: [
  (identifier) @reference
  (scoped_identifier name: (identifier) @reference)])
(struct_expression name: [
  (type_identifier) @reference
  (scoped_type_identifier name: (type_identifier) @reference)])
(impl_item trait: [
  (type_identifier) @reference
  (generic_type type: (type_identifier) @reference)
  (scoped_type_identifier name: (type_identifier) @reference)])
