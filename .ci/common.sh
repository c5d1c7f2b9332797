# Sourced by the checks that run the built program: a scratch folder that goes away, an empty home, words for failures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home XDG_CACHE_HOME=$scratch/cache XDG_CONFIG_HOME=$scratch/config
mkdir -p "$HOME"

fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

# exercise QUARRY: indexes and searches a folder of two files with the given program, from another folder.
exercise() {
  local quarry=$1 tree=$scratch/tree
  mkdir -p "$tree"
  printf 'def join_paths(parts):\n    """Concatenate files together."""\n    return "/".join(parts)\n' >"$tree/a.py"
  printf 'package p\n\n// Retry calls f until it succeeds.\nfunc Retry(f func() error) {}\n' >"$tree/b.go"
  (
    cd /
    "$quarry" --version
    "$quarry" index "$tree"
    "$quarry" search "concatenate files" "$tree" --json | grep '"name": *"join_paths"' >/dev/null || fail "join_paths is not found"
    "$quarry" search "retry until it succeeds" "$tree" --json | grep '"name": *"Retry"' >/dev/null || fail "Retry is not found"
  )
}
