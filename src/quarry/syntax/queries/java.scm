[(line_comment) (block_comment)] @comment
[(marker_annotation) (annotation)] @attribute

(class_declaration name: (identifier) @name body: (_) @body) @definition.class
(interface_declaration name: (identifier) @name body: (_) @body) @definition.class
(enum_declaration name: (identifier) @name body: (_) @body) @definition.class
(record_declaration name: (identifier) @name body: (_) @body) @definition.class
(annotation_type_declaration name: (identifier) @name body: (_) @body) @definition.class

(method_declaration name: (identifier) @name body: (block)? @body) @definition.method
(constructor_declaration name: (identifier) @name body: (_) @body) @definition.method
(compact_constructor_declaration name: (identifier) @name body: (_) @body) @definition.method

(method_invocation name: (identifier) @reference)
(object_creation_expression type: [
  (type_identifier) @reference
  (scoped_type_identifier (type_identifier) @reference)
  (generic_type (type_identifier) @reference)])
(method_reference (identifier) @reference)
(superclass [
  (type_identifier) @reference
  (generic_type (type_identifier) @reference)])
(super_interfaces (type_list [
  (type_identifier) @reference
  (generic_type (type_identifier) @reference)]))
(extends_interfaces (type_list [
  (type_identifier) @reference
  (generic_type (type_identifier) @reference)]))
(marker_annotation name: (identifier) @reference)
(annotation name: (identifier) @reference)
