(comment) @comment
(argument_list) @wrapper.single
(call) @wrapper

(class name: (_) @name body: (_)? @body) @definition.class
(module name: (_) @name body: (_)? @body) @definition.class
((assignment left: [(constant) (scope_resolution)] @name
  right: (call receiver: (constant) @_type method: (identifier) @_make block: (_)? @body)) @definition.class
  (#any-of? @_type "Struct" "Class" "Module" "Data") (#any-of? @_make "new" "define"))

(method name: (_) @name body: (_)? @body) @definition.function
(singleton_method name: (_) @name body: (_)? @body) @definition.method
((call !receiver method: (identifier) @_define arguments: (argument_list . [
    (simple_symbol)
    (string)
    (delimited_symbol)] @name) block: (_) @body) @definition.method
  (#eq? @_define "define_method"))

((call method: [(identifier) (constant)] @reference) (#not-any-of? @reference "new" "define_method"))
(call receiver: [
  (constant) @reference
  (scope_resolution name: (constant) @reference)])
(argument_list [
  (constant) @reference
  (scope_resolution name: (constant) @reference)])
(superclass [
  (constant) @reference
  (scope_resolution name: (constant) @reference)])
(exceptions [
  (constant) @reference
  (scope_resolution name: (constant) @reference)])
