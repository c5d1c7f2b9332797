[(line_comment) (block_comment)] @comment
(annotation) @attribute

(class_declaration name: (_) @name [(class_body) (enum_class_body)]? @body) @definition.class
(object_declaration name: (_) @name (class_body)? @body) @definition.class
(companion_object name: (_) @name (class_body)? @body) @definition.class
(enum_entry (identifier) @name (class_body) @body) @definition.class
(type_alias type: (_) @name) @definition.class

(function_declaration name: (_) @name (function_body)? @body) @definition.function
((function_declaration [
    (user_type) @container
    (nullable_type (user_type) @container)] . name: (_) @_name) @definition.function
  (#not-eq? @_name ""))
((function_declaration (user_type) @name . name: (_) @_missing) @definition.function
  (#eq? @_missing ""))
(secondary_constructor "constructor" @name (block)? @body) @definition.method

((property_declaration (variable_declaration (identifier) @name) [
    (getter (function_body))
    (setter (function_body))] @body) @definition.function)
((property_declaration [
    (user_type) @container
    (nullable_type (user_type) @container)] . (variable_declaration) [
    (getter (function_body))
    (setter (function_body))]) @definition.function)
((property_declaration (variable_declaration (identifier) @name) [
    (lambda_literal)
    (anonymous_function)] @body) @definition.function (#set! when "multiline"))

(call_expression (identifier) @reference)
(call_expression (navigation_expression (_) . (identifier) @reference))
(infix_expression (_) . (identifier) @reference)
(constructor_invocation (user_type (identifier) @reference))
(delegation_specifier (user_type (identifier) @reference))
(explicit_delegation (user_type (identifier) @reference))
(annotation (user_type (identifier) @reference))
(callable_reference (identifier) @reference)
(catch_block (user_type (identifier) @reference))
