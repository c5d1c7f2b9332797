(comment) @comment
(attribute_list) @attribute

(namespace_definition name: (_) @name body: (_)) @scope
(namespace_definition name: (_) @name !body (#set! rest)) @scope

(class_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.class
(trait_declaration name: (_) @name body: (_) @body) @definition.class
(enum_declaration name: (_) @name body: (_) @body) @definition.class

(function_definition name: (_) @name body: (_) @body) @definition.function
(method_declaration name: (_) @name body: (_)? @body) @definition.method
(property_declaration (property_element name: (variable_name (name) @name)) (property_hook_list) @body) @definition.method
(property_promotion_parameter name: (variable_name (name) @name) (property_hook_list) @body) @definition.method

(function_call_expression function: [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
(member_call_expression name: (name) @reference)
(nullsafe_member_call_expression name: (name) @reference)
(scoped_call_expression name: (name) @reference)
((object_creation_expression [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
  (#not-any-of? @reference "static" "self" "parent"))
(base_clause [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
(class_interface_clause [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
(use_declaration [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
(attribute [
  (name) @reference
  (qualified_name (name) @reference)
  (relative_name (name) @reference)])
(catch_clause type: (type_list (named_type [
  (name) @reference
  (qualified_name (name) @reference)])))
