(comment) @comment
(variable_declaration) @wrapper.single

(function_declaration name: (_) @name body: (block)? @body) @definition.function
(assignment_statement
  (variable_list name: (_) @name)
  (expression_list value: (function_definition body: (block)? @body))) @definition.function
(assignment_statement (variable_list name: (_) @name) (expression_list value: (table_constructor))) @scope
; Functions that a module takes from elsewhere: `M.grep = lazy("files").grep`.
(assignment_statement
  (variable_list name: (dot_index_expression) @name)
  (expression_list value: [(function_call) (dot_index_expression) (identifier)])
  (#set! when "documented") (#set! when "outermost")) @definition.function

(field name: [(identifier) (string)] @name value: (function_definition body: (block)? @body)) @definition.function
(field name: [(identifier) (string)] @name value: (table_constructor)) @scope

(function_call name: [
  (identifier) @reference
  (dot_index_expression field: (identifier) @reference)
  (method_index_expression method: (identifier) @reference)])
