#!/bin/sh
# Makes a directory with arm64 programs of the Debian that this machine's apt has sources of, and the libraries that they need,
# for `invar exec --sysroot`. Installs nothing and needs no root: apt works with a state of its own, for arm64, and packages are only unpacked, their scripts do not run.
#
# usage: root.sh DIRECTORY PACKAGE...
set -eu

[ $# -ge 2 ] || { echo "usage: $0 DIRECTORY PACKAGE..." >&2; exit 2; }
directory=$(mkdir -p "$1" && cd "$1" && pwd)
shift
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/packages"
: > "$state/status"

apt() {
    tool=$1
    shift
    "$tool" -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root -o Dir::State="$state" \
        -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Install-Recommends=false "$@"
}

apt apt-get update
wanted=$(apt apt-get install --simulate "$@" | awk '$1 == "Inst" { print $2 }')
# shellcheck disable=SC2086 # one word a package
(cd "$state/packages" && apt apt-get download $wanted)
for package in "$state"/packages/*.deb; do
    dpkg-deb -x "$package" "$directory"
done
# What links by absolute name would leave the directory.
[ -e "$directory/lib" ] || ln -s usr/lib "$directory/lib"
echo "$directory: $(echo "$wanted" | wc -w) packages"
