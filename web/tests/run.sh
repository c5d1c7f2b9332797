#!/bin/sh
# The page's own tests: tests/run.sh types|unit|browser. Exit status 77 says that they were left out, and why.
# browser needs QUARRY_PROGRAM, the built program.
set -eu
cd "$(dirname "$0")/.."

skip() { printf 'skipped: %s\n' "$*"; exit 77; }

command -v npm >/dev/null || skip "no npm here (Debian: npm)"
if [ ! -d node_modules/vitest ] || [ ! -d node_modules/playwright-core ]; then
  npm install --ignore-scripts --no-save --no-audit --no-fund --include=dev >/dev/null 2>&1 ||
    skip "the test packages of web/package.json cannot be fetched from npm"
fi

case "${1:-}" in
  types) exec node node_modules/typescript/bin/tsc --noEmit ;;
  unit) exec node node_modules/vitest/vitest.mjs run --dir tests/unit ;;
  browser)
    CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
    [ -n "$CHROMIUM" ] || skip "no chromium here (Debian: chromium)"
    export CHROMIUM
    exec node node_modules/vitest/vitest.mjs run --config tests/browser/vitest.config.ts
    ;;
  *) echo "usage: tests/run.sh types|unit|browser" >&2; exit 2 ;;
esac
