(comment) @comment
(type_definition) @wrapper.single

(function_definition declarator: (_) @declarator body: (_) @body) @definition.function
; A type with its body is no return type: a macro in it made the grammar read on.
(function_definition type: [(struct_specifier body: (_)) (enum_specifier body: (_))]) @ignore
(struct_specifier name: (_) @name body: (_) @body) @definition.class
(union_specifier name: (_) @name body: (_) @body) @definition.class
(enum_specifier name: (_) @name body: (_) @body) @definition.class
(type_definition type: (struct_specifier !name body: (_) @body) declarator: (_) @declarator) @definition.class
(type_definition type: (union_specifier !name body: (_) @body) declarator: (_) @declarator) @definition.class
(type_definition type: (enum_specifier !name body: (_) @body) declarator: (_) @declarator) @definition.class
(type_definition declarator: (_) @declarator (#set! when "documented")) @definition.class

(declaration declarator: [
    (function_declarator)
    (pointer_declarator declarator: (function_declarator))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator)))] @declarator
  (#set! when "documented")) @definition.function

(preproc_function_def name: (identifier) @name value: (_)? @body
  (#set! when "documented") (#set! when "multiline")) @definition.function

(call_expression function: [
  (identifier) @reference
  (field_expression field: (field_identifier) @reference)])
