#!/bin/sh
# Installs what the tests need from npm into the build folder and runs one of them against the built program.
#
#     run.sh BUILD-FOLDER PROGRAM stdio|http|conformance
#
# Exit status 77 (skipped, with the reason) where npm or the registry cannot be reached.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
program=$2
test=$3

command -v npm >/dev/null || { echo "skipped: npm is not installed"; exit 77; }
mkdir -p "$build"
# One installation for all of these tests, made anew when what is wanted changes.
(
  flock 9
  if ! cmp -s "$here/package-lock.json" "$build/package-lock.json" || [ ! -e "$build/installed" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$build/"
    rm -f "$build/installed"
    timeout 300 npm ci --prefix "$build" --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$build/npm.log" 2>&1 || exit 77
    touch "$build/installed"
  fi
) 9>"$build.lock" || { echo "skipped: npm could not install the test packages:"; tail -5 "$build/npm.log"; exit 77; }

cp "$here"/*.mjs "$here"/*.yml "$build/"
cd "$build"
PATH="$build/node_modules/.bin:$PATH"
node -e 'process.exit(process.versions.node.split(".")[0] >= 22 ? 0 : 1)' || { echo "skipped: Node.js 22 is not there"; exit 77; }
exec node "$build/$test.mjs" "$program"
