(template_declaration) @wrapper
(attribute_declaration) @attribute

(class_specifier name: (_) @name body: (_) @body) @definition.class
(function_definition type: (class_specifier body: (_))) @ignore
(namespace_definition name: (_) @name body: (_) @body) @scope
(alias_declaration name: (_) @name (#set! when "documented")) @definition.class
(concept_definition name: (_) @name) @definition.class
(field_declaration declarator: [
    (function_declarator)
    (pointer_declarator declarator: (function_declarator))
    (reference_declarator (function_declarator))] @declarator
  (#set! when "documented")) @definition.method
(declaration declarator: (reference_declarator (function_declarator)) @declarator
  (#set! when "documented")) @definition.function

(call_expression function: [
  (qualified_identifier name: [
    (identifier) @reference
    (template_function name: (identifier) @reference)
    (qualified_identifier name: (identifier) @reference)
    (qualified_identifier name: (template_function name: (identifier) @reference))
    (qualified_identifier name: (qualified_identifier name: (identifier) @reference))])
  (template_function name: (identifier) @reference)
  (field_expression field: (template_method name: (field_identifier) @reference))])
(new_expression type: [
  (type_identifier) @reference
  (qualified_identifier name: (type_identifier) @reference)
  (template_type name: (type_identifier) @reference)])
(base_class_clause [
  (type_identifier) @reference
  (qualified_identifier name: (type_identifier) @reference)
  (template_type name: (type_identifier) @reference)
  (qualified_identifier name: (template_type name: (type_identifier) @reference))])
(compound_literal_expression type: [
  (type_identifier) @reference
  (qualified_identifier name: (type_identifier) @reference)
  (template_type name: (type_identifier) @reference)])
