[(ambient_declaration)] @wrapper

(abstract_class_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.class
(enum_declaration name: (_) @name body: (_) @body) @definition.class
(type_alias_declaration name: (_) @name value: (_) @body) @definition.class
(internal_module name: (_) @name body: (_) @body) @scope
(module name: (_) @name body: (_) @body) @scope

(function_signature name: (identifier) @name) @definition.function
(abstract_method_signature name: (_) @name) @definition.method
(method_signature name: (_) @name (#set! when "documented")) @definition.method
(public_field_definition name: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)]) @definition.method

(extends_clause value: [
  (identifier) @reference
  (member_expression property: (property_identifier) @reference)])
(implements_clause [
  (type_identifier) @reference
  (generic_type name: (type_identifier) @reference)])
(extends_type_clause type: [
  (type_identifier) @reference
  (generic_type name: (type_identifier) @reference)])
