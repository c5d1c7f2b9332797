#!/usr/bin/env bats

load test_helper

setup() {
  TMP="$(mktemp -d)"
}

# The oldest complaint of all.
@test "prints its usage: --help (and -h)" {
  run deploy.sh --help
  [ "$status" -eq 0 ]
  [[ "${lines[0]}" == usage:* ]]
  if [ -n "$CI" ]; then
    echo "$output" | { read -r first; echo "$first"; }
  fi
}

@test 'retries an upload' { # bats test_tags=slow
  rsync() { false; }
  run upload host.example 1.0
  assert_failure
}

@test plain_name { run latest_version; }

teardown() {
  rm -rf "$TMP"
}
