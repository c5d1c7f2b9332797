[(comment) (multiline_comment)] @comment
(attribute) @attribute

(class_declaration name: (_) @name body: (_) @body) @definition.class
(protocol_declaration name: (_) @name body: (_) @body) @definition.class
(typealias_declaration name: (type_identifier) @name) @definition.class

(function_declaration "func" . _ @name body: (_)? @body) @definition.function
(protocol_function_declaration "func" . _ @name body: (_)? @body) @definition.method
(init_declaration "init" @name body: (_)? @body) @definition.method
(deinit_declaration "deinit" @name body: (_)? @body) @definition.method
(subscript_declaration "subscript" @name (computed_property)? @body) @definition.method
(macro_declaration (simple_identifier) @name definition: (_)? @body) @definition.function

(property_declaration name: (pattern bound_identifier: (_) @name) computed_value: (_) @body) @definition.function
(property_declaration name: (pattern bound_identifier: (_) @name) (willset_didset_block) @body) @definition.function
(property_declaration name: (pattern bound_identifier: (_) @name) value: (lambda_literal) @body
  (#set! when "multiline")) @definition.function
(protocol_property_declaration name: (pattern bound_identifier: (_) @name) (protocol_property_requirements) @body
  (#set! when "documented")) @definition.method

(call_expression [
  (simple_identifier) @reference
  (prefix_expression target: (simple_identifier) @reference)])
((call_expression (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference)))
  (#not-eq? @reference "init"))
(constructor_expression constructed_type: (user_type (type_identifier) @reference))
(inheritance_specifier inherits_from: (user_type (type_identifier) @reference))
(macro_invocation (simple_identifier) @reference)
(attribute (user_type (type_identifier) @reference))
