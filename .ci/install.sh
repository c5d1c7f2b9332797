#!/bin/bash
# `cmake --install` leaves a program that needs neither the build folder nor the sources.
. "$(dirname "$0")/common.sh"
cmake --install build/release --strip --prefix "$scratch/prefix"
if readelf -d "$scratch/prefix/bin/quarry" | grep -E 'R(UN)?PATH'; then fail "it looks for libraries in a folder of the build"; fi
if strings -a "$scratch/prefix/bin/quarry" | grep -F "$PWD/"; then fail "it names a path of the build"; fi
exercise "$scratch/prefix/bin/quarry"
