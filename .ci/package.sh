#!/bin/bash
# The Debian package holds all that it needs, depends on what it links and on nothing of npm or node.
. "$(dirname "$0")/common.sh"
(cd build/release && cpack -G DEB -B "$scratch/packages")
package=$(ls "$scratch"/packages/quarry_*.deb)
dpkg-deb --info "$package"
dpkg-deb --contents "$package"
depends=$(dpkg-deb --field "$package" Depends)
if grep -qE 'npm|node' <<<"$depends"; then fail "it depends on node: $depends"; fi
grep -q libgit2 <<<"$depends" || fail "libgit2 is no dependency: $depends"
dpkg-deb --extract "$package" "$scratch/root"
[ -s "$scratch/root/usr/share/doc/quarry/copyright" ] || fail "no copyright file"
exercise "$scratch/root/usr/bin/quarry"
[ -s "$scratch/root/usr/share/man/man1/quarry.1" ] || fail "no man page"

# What needs libtorch and ONNX is a package of its own, and quarry says so where it is missing.
if grep -qE 'torch|onnx|protobuf' <<<"$depends"; then fail "searching needs libraries of training: $depends"; fi
if "$scratch/root/usr/bin/quarry" train x.yaml -o "$scratch/x" 2>"$scratch/errors"; then fail "train without quarry-train"; fi
grep -q 'quarry-train' "$scratch/errors" || fail "no word about quarry-train: $(cat "$scratch/errors")"
if [ -x build/release/src/quarry/cli/train_program/quarry-train ]; then
  package=$(ls "$scratch"/packages/quarry-train_*.deb)
  dpkg-deb --field "$package" Depends | grep -q 'libtorch' || fail "quarry-train depends on no libtorch"
  dpkg-deb --extract "$package" "$scratch/root"
  [ -s "$scratch/root/usr/share/quarry/configs/static.yaml" ] || fail "no config"
  "$scratch/root/usr/bin/quarry" train "$scratch/root/usr/share/quarry/configs/static.yaml" -o "$scratch/x" 2>"$scratch/errors" &&
    fail "trained without pairs"
  grep -q 'no pairs to train on' "$scratch/errors" || fail "quarry train does not reach quarry-train: $(cat "$scratch/errors")"
fi
