(comment) @comment
(attribute_list) @attribute
(global_statement) @wrapper

(namespace_declaration name: (_) @name body: (_)) @scope
(file_scoped_namespace_declaration name: (_) @name (#set! rest)) @scope

(class_declaration name: (_) @name body: (_)? @body) @definition.class
(struct_declaration name: (_) @name body: (_)? @body) @definition.class
(record_declaration name: (_) @name body: (_)? @body) @definition.class
(interface_declaration name: (_) @name body: (_)? @body) @definition.class
(enum_declaration name: (_) @name body: (_)? @body) @definition.class
(delegate_declaration name: (_) @name) @definition.class

(method_declaration name: (_) @name body: (_)? @body) @definition.method
(local_function_statement name: (_) @name body: (_)? @body) @definition.function
(constructor_declaration name: (_) @name body: (_)? @body) @definition.method
(destructor_declaration name: (_) @name body: (_)? @body) @definition.method
(operator_declaration operator: _ @name body: (_)? @body) @definition.method
(conversion_operator_declaration type: (_) @name body: (_)? @body) @definition.method
(indexer_declaration "this" @name accessors: (_) @body) @definition.method
(indexer_declaration "this" @name value: (_) @body) @definition.method
(property_declaration name: (_) @name accessors: (accessor_list (accessor_declaration body: (_))) @body) @definition.method
(property_declaration name: (_) @name value: (arrow_expression_clause) @body) @definition.method
(event_declaration name: (_) @name accessors: (_) @body) @definition.method
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name)) (#set! when "documented")) @definition.method

((invocation_expression function: [
  (identifier) @reference
  (generic_name (identifier) @reference)
  (member_access_expression name: [
    (identifier) @reference
    (generic_name (identifier) @reference)])
  (conditional_access_expression (member_binding_expression name: [
    (identifier) @reference
    (generic_name (identifier) @reference)]))])
  (#not-eq? @reference "nameof"))
(object_creation_expression type: [
  (identifier) @reference
  (generic_name (identifier) @reference)
  (qualified_name name: [
    (identifier) @reference
    (generic_name (identifier) @reference)])])
(array_type type: [
  (identifier) @reference
  (generic_name (identifier) @reference)])
(base_list [
  (identifier) @reference
  (generic_name (identifier) @reference)
  (qualified_name name: [
    (identifier) @reference
    (generic_name (identifier) @reference)])])
(primary_constructor_base_type type: [
  (identifier) @reference
  (generic_name (identifier) @reference)
  (qualified_name name: [
    (identifier) @reference
    (generic_name (identifier) @reference)])])
(attribute name: [
  (identifier) @reference
  (generic_name (identifier) @reference)
  (qualified_name name: [
    (identifier) @reference
    (generic_name (identifier) @reference)])])
(catch_declaration type: [
  (identifier) @reference
  (qualified_name name: (identifier) @reference)])
