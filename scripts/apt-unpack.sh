#!/bin/sh
# Unpacks Debian packages into a folder: scripts/apt-unpack.sh DIR PACKAGE…
#
# Downloaded and unpacked, never installed: no root is needed, no service starts, the system stays as it is.
set -eu

case $1 in /*) into=$1 ;; *) into=$PWD/$1 ;; esac
shift

for command in apt-get dpkg-deb; do
    command -v "$command" >/dev/null || { echo "this is no Debian or Ubuntu: it has no $command" >&2; exit 1; }
done

mkdir -p "$into"
apt=$(mktemp -d "$into/.apt.XXXXXX")
trap 'rm -rf "$apt"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$apt"

# As root, apt would download as the user _apt, which cannot write here, and warn about it.
set -- -qq -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    download "$@"

# A fresh container has empty package lists and an old machine has stale ones: then new lists go to a private folder.
if ! apt-get "$@" 2>/dev/null; then
    mkdir -p state/lists/partial cache/archives/partial
    export APT_CONFIG="$apt/apt.conf"
    cat >"$APT_CONFIG" <<EOF
Dir::State "$apt/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
EOF
    apt-get -qq -o APT::Sandbox::User=root update >&2 || true # a broken third-party source does not matter, unless the download fails too
    apt-get "$@" >&2
fi

for package in ./*.deb; do
    dpkg-deb -x "$package" "$into"
done
