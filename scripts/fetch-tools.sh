#!/bin/sh
# Puts promtool and amtool into .tools/bin, and the two servers that the tests start on loopback, from Debian's packages.
#
#   scripts/fetch-tools.sh [NAME…]      default: promtool amtool prometheus alertmanager
#
# What MLMON_PROMTOOL and the like, PATH or .tools/bin already offer is left alone.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$(dirname "$here")/.tools
[ $# -gt 0 ] || set -- promtool amtool prometheus alertmanager

has() {
    variable=MLMON_$(echo "$1" | tr '[:lower:]' '[:upper:]')
    chosen=$(printenv "$variable" || echo "$1")
    case $1 in alertmanager) debian=prometheus-alertmanager ;; *) debian=$1 ;; esac
    command -v "$chosen" >/dev/null || command -v "$debian" >/dev/null || [ -x "$tools/bin/$1" ]
}

missing() {
    for name in "$@"; do
        has "$name" || echo "$name"
    done
}

# move SOURCE NAME: in one step, so that a killed or a parallel run leaves a whole executable or none.
move() {
    if has "$2" || [ ! -x "$1" ]; then return; fi
    "$1" --version >/dev/null 2>&1 || { echo "$1 does not run on this machine" >&2; return; }
    mv -f "$1" "$tools/bin/$2"
}

unpack() {
    sh "$here/apt-unpack.sh" "$unpacked" "$@" || return
    move "$unpacked/usr/bin/promtool" promtool
    move "$unpacked/usr/bin/prometheus" prometheus
    move "$unpacked/usr/bin/amtool" amtool
    move "$unpacked/usr/bin/prometheus-alertmanager" alertmanager
}

packages=
for name in $(missing "$@"); do
    case $name in
    prom*) packages="prometheus $packages" ;;
    *) packages="$packages prometheus-alertmanager" ;;
    esac
done
[ -n "$packages" ] || exit 0

echo "unpacking $(missing "$@" | xargs) from Debian's packages" >&2
mkdir -p "$tools/bin"
unpacked=$(mktemp -d "$tools/.unpacked.XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# shellcheck disable=SC2086 # a list of words
if unpack $packages; then
    # Debian 12 and Ubuntu 24.04 ship a tool with its server, Debian 13 has promtool in a package of its own.
    for name in $(missing "$@"); do unpack "$name" || true; done
fi

lacking=$(missing "$@" | xargs)
[ -n "$lacking" ] || exit 0
cat >&2 <<EOF
Not found and not fetched: $lacking
  Install them from prometheus.io's releases, a package manager or a container image (docs/install.md), and either have
  them on PATH or name them in MLMON_PROMTOOL and MLMON_AMTOOL.
EOF
case $lacking in *tool*) exit 1 ;; esac
