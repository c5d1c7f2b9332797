#!/bin/bash
# `cmake --install` leaves a program that needs neither the build folder nor the sources.
. "$(dirname "$0")/common.sh"
cmake --install build/release --strip --prefix "$scratch/prefix"
if readelf -d "$scratch/prefix/bin/quarry" | grep -E 'R(UN)?PATH'; then fail "it looks for libraries in a folder of the build"; fi
# Each start would pay for its thirty libraries; it is loaded when a remote encoder is spoken to.
if readelf -d "$scratch/prefix/bin/quarry" | grep NEEDED | grep libcurl; then fail "it is linked to libcurl"; fi
# The same goes for the certificates that libgit2 would load at each start: the program stands in for that function.
nm -D "$scratch/prefix/bin/quarry" | grep ' T mbedtls_x509_crt_parse_file' >/dev/null || fail "libgit2 loads every certificate at each start"
if strings -a "$scratch/prefix/bin/quarry" | grep -F "$PWD/"; then fail "it names a path of the build"; fi
for file in man/man1/quarry.1 bash-completion/completions/quarry zsh/vendor-completions/_quarry \
  fish/vendor_completions.d/quarry.fish doc/quarry/copyright doc/quarry/THIRD_PARTY_LICENSES; do
  [ -s "$scratch/prefix/share/$file" ] || fail "share/$file is missing"
done
bash -n "$scratch/prefix/share/bash-completion/completions/quarry"
exercise "$scratch/prefix/bin/quarry"
