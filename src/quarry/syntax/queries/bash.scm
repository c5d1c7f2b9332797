(comment) @comment

(function_definition name: (word) @name body: (_) @body) @definition.function

; A test of Bats reads as a command with an opening brace; a command "}" ends it.
((command name: (command_name (word) @_test) argument: [(string) (raw_string) (word)] @name argument: (word) @body) @definition.function
  (#eq? @_test "@test") (#eq? @body "{") (#set! open))
((command name: (command_name (word) @_brace)) @end
  (#eq? @_brace "}"))

((command name: (command_name (word) @reference))
  (#not-any-of? @reference "@test" "{" "}" ":" "[" "." "return" "continue" "break" "exit" "shift" "set" "true" "false" "echo"
    "printf" "test" "eval" "exec" "command" "builtin" "cd" "read" "type" "trap" "wait"))
((command name: (command_name (word) @_run) argument: (word) @reference)
  (#eq? @_run "run"))
