(comment) @comment

((call target: (identifier) @_define
  (arguments . [(alias) (identifier) (dot)] @name)
  (do_block) @body) @definition.class
  (#any-of? @_define "defmodule" "defprotocol"))
((call target: (identifier) @_define
  (arguments . (alias) @container (keywords (pair value: (_) @name)))
  (do_block) @body) @definition.class
  (#eq? @_define "defimpl"))
((call target: (identifier) @_define (arguments . (alias) @name) (do_block) @body) @definition.class
  (#eq? @_define "defimpl"))
((call target: (identifier) @_define
  (do_block (unary_operator operand: (call target: (identifier) @_doc (arguments . [(string) (sigil)] @doc)))))
  (#any-of? @_define "defmodule" "defprotocol" "defimpl") (#eq? @_doc "moduledoc"))

((call target: (identifier) @_define (arguments . [
    (call target: (_) @name)
    (identifier) @name
    (binary_operator left: (call target: (_) @name) operator: "when")
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (binary_operator operator: _ @name) operator: "when")
    (binary_operator operator: _ @name)
    (unary_operator operator: _ @name)])) @definition.function
  (#any-of? @_define "def" "defp" "defmacro" "defmacrop" "defdelegate" "defguard" "defguardp" "defn" "defnp")
  (#set! clause))
((call target: (identifier) @_define (do_block) @body)
  (#any-of? @_define "def" "defp" "defmacro" "defmacrop" "defn" "defnp"))
((call target: (identifier) @_define (arguments "," @body (keywords)))
  (#any-of? @_define "def" "defp" "defmacro" "defmacrop" "defn" "defnp"))
((call target: (identifier) @name) @definition.class
  (#any-of? @name "defstruct" "defexception")
  (#set! when "documented") (#set! when "multiline"))

((call target: (identifier) @_define (arguments . (string) @name) (do_block) @body) @definition.function
  (#any-of? @_define "test" "property"))
((call target: (identifier) @_define (arguments . (string) @name) (do_block)) @scope
  (#eq? @_define "describe"))

((unary_operator operator: "@" operand: (call target: (identifier) @_name)) @attribute
  (#any-of? @_name "doc" "spec" "impl" "deprecated" "since" "typedoc" "tag" "dialyzer" "fallback_to_any"))
((unary_operator operator: "@" operand: (call target: (identifier) @_name (arguments . [(string) (sigil)] @doc))) @attribute
  (#any-of? @_name "doc" "typedoc"))
(unary_operator operator: "@" operand: (call target: (identifier) @quiet))
((unary_operator operator: "@" operand: (call target: (identifier) @_name)) @quiet
  (#any-of? @_name "spec" "type" "typep" "opaque" "callback" "macrocallback" "optional_callbacks"))
((unary_operator operator: "@" operand: (call target: (identifier) @_kind (arguments . [
    (binary_operator left: (call target: (_) @name) operator: "::")
    (binary_operator left: (binary_operator left: (call target: (_) @name) operator: "::") operator: "when")]))) @definition.method
  (#any-of? @_kind "callback" "macrocallback")
  (#set! clause))
((unary_operator operator: "@" operand: (call target: (identifier) @_kind (arguments . (binary_operator left: [
    (identifier) @name
    (call target: (identifier) @name)] operator: "::")))) @definition.class
  (#any-of? @_kind "type" "opaque" "typep")
  (#set! when "documented"))
((unary_operator operator: "@" operand: (call target: (identifier) @_behaviour (arguments . (alias) @reference)))
  (#eq? @_behaviour "behaviour"))

((call target: (identifier) @_use (arguments . (alias) @reference))
  (#any-of? @_use "use" "defimpl"))
((call target: (identifier) @reference)
  (#not-any-of? @reference "def" "defp" "defmacro" "defmacrop" "defdelegate" "defguard" "defguardp" "defn" "defnp"
    "defmodule" "defprotocol" "defimpl" "defstruct" "defexception" "defoverridable" "alias" "import" "require" "use"
    "if" "unless" "case" "cond" "with" "for" "try" "receive" "quote" "unquote" "unquote_splicing" "test" "describe" "setup"
    "setup_all"))
(call target: (dot right: (identifier) @reference) (arguments))
((binary_operator operator: "|>" right: (identifier) @reference))
(struct (alias) @reference)
