#!/bin/bash
# The Debian package holds all that it needs, depends on what it links and on nothing of npm or node.
. "$(dirname "$0")/common.sh"
(cd build/release && cpack -G DEB -B "$scratch/packages")
package=$(ls "$scratch"/packages/*.deb)
dpkg-deb --info "$package"
dpkg-deb --contents "$package"
depends=$(dpkg-deb --field "$package" Depends)
if grep -qE 'npm|node' <<<"$depends"; then fail "it depends on node: $depends"; fi
grep -q libgit2 <<<"$depends" || fail "libgit2 is no dependency: $depends"
dpkg-deb --extract "$package" "$scratch/root"
[ -s "$scratch/root/usr/share/doc/quarry/copyright" ] || fail "no copyright file"
exercise "$scratch/root/usr/bin/quarry"
[ -s "$scratch/root/usr/share/man/man1/quarry.1" ] || fail "no man page"
