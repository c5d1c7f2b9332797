#!/bin/bash
# The checks, one after the other; goes on after a failure and ends with the sum of all tests.
# Called by `./setup test`, which has installed what this needs. Logs: build/checks/<check>.log
#
#   .ci/checks.sh              release, format, main_job, install and package
#   .ci/checks.sh NAME ...     only these; besides those above: asan (with the fuzzers), tsan, tidy
set -u
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
export QUARRY_FUZZ_SECONDS=${QUARRY_FUZZ_SECONDS:-10}
mkdir -p build/checks

passed=0 failed=0 failures=()

# check NAME COMMAND...: runs it, adds its tests to the sum (one for a command that is no test program).
check() {
  local name=$1 log=build/checks/$1.log start=$SECONDS status=0 good bad
  shift
  printf '==> %-22s ' "$name"
  rm -f "build/checks/$name.xml"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  read -r good bad < <(count "build/checks/$name.xml" "$status")
  passed=$((passed + good)) failed=$((failed + bad))
  printf '%4d passed, %d failed, %d s\n' "$good" "$bad" $((SECONDS - start))
  if ((bad > 0)); then
    failures+=("$name")
    printf '    the end of %s:\n' "$log"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
}

# The tests that passed and failed: from ctest's report if there is one, else the command itself counts as one.
count() {
  local report=$1 status=$2 tests=0 bad=0
  if [ -s "$report" ]; then
    tests=$(grep -o '<testcase ' "$report" | wc -l)
    bad=$(grep -c 'status="fail"' "$report")
  fi
  if ((tests == 0)); then
    if ((status == 0)); then echo "1 0"; else echo "0 1"; fi
  else
    ((status != 0 && bad == 0)) && bad=1 # ctest itself failed
    echo "$((tests - bad)) $bad"
  fi
}

build() { cmake --preset "$1" && cmake --build --preset "$1" --parallel "$jobs"; }

# Named after the preset, so that its report is found.
build_and_test() {
  build "$1" &&
    ctest --preset "$1" --parallel "$jobs" --no-tests=error --output-junit "$PWD/build/checks/$1.xml"
}

formatted() { git ls-files '*.cpp' '*.h' | xargs clang-format-14 --dry-run --Werror; }

# The sources themselves, not the tests; headers are seen through them. What changed last is looked at first, so that a
# limit of QUARRY_TIDY_SECONDS (0: none) leaves out what was looked at before.
tidy() {
  local seconds=${QUARRY_TIDY_SECONDS:-300} end=0
  { git log --format= --name-only -- 'src/quarry/*.cpp'; git ls-files 'src/quarry/*.cpp'; } |
    awk '!seen[$0]++' | grep -v '_test\.cpp$' |
    while read -r source; do
      if grep -qF "/$source\"" build/release/compile_commands.json; then printf '%s\n' "$source"; fi
    done >build/checks/tidy.sources
  : >build/checks/tidy.done
  ((seconds > 0)) && end=$(($(date +%s) + seconds))
  # shellcheck disable=SC2016  # $1 and $2 are those of the inner shell
  xargs -P "$jobs" -n 1 sh -c '
    [ "$1" -eq 0 ] || [ "$(date +%s)" -lt "$1" ] || exit 0
    echo "$2" >>build/checks/tidy.done
    clang-tidy-14 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option "$2"' tidy "$end" <build/checks/tidy.sources
  local status=$?
  echo "tidy: $(wc -l <build/checks/tidy.done) of $(wc -l <build/checks/tidy.sources) files in $seconds s"
  [ -s build/checks/tidy.done ] && return $status
}

names=("$@")
((${#names[@]})) || names=(release format main_job install package)
for name in "${names[@]}"; do
  case $name in
    release | asan | tsan) check "$name" build_and_test "$name" ;;
    format) check "$name" formatted ;;
    main_job | install | package) check "$name" ".ci/$name.sh" ;;
    tidy) check "$name" tidy ;;
    *) echo "checks.sh: no check named $name" >&2; exit 2 ;;
  esac
done

((${#failures[@]})) && printf 'failed: %s\n' "${failures[*]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
