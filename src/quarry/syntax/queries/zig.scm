(comment) @comment

(function_declaration name: (identifier) @name body: (block)? @body) @definition.function
(variable_declaration (identifier) @name [
  (struct_declaration "{" @body)
  (enum_declaration "{" @body)
  (union_declaration "{" @body)
  (opaque_declaration "{" @body)
  (error_set_declaration "{" @body)]) @definition.class
(test_declaration [(string) (identifier)] @name (block) @body) @definition.function

(call_expression function: [
  (identifier) @reference
  (field_expression member: (identifier) @reference)])
(struct_initializer [
  (identifier) @reference
  (field_expression member: (identifier) @reference)])
