#!/bin/sh
# Creates or updates .venv with the versions in requirements.lock, and mlmon itself: scripts/make-venv.sh [PYTHON]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
python=${1:-python3}

fail() {
    echo "error: $*" >&2
    exit 1
}

version() {
    "$1" -c 'import platform; print(platform.python_version())'
}

found=$(version "$python") || fail "cannot run $python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "mlmon needs Python 3.11 or newer and $python is $found; name another one: make PYTHON=python3.12 …"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || [ "$(version .venv/bin/python)" != "$found" ]; then
    echo "creating .venv with Python $found" >&2
    rm -rf .venv
    "$python" -m venv --without-pip .venv
    if ! .venv/bin/python -m ensurepip --default-pip >/dev/null 2>&1; then
        # Debian and Ubuntu move pip to python3-venv, which only root can install: pip's own package is unpacked instead.
        unpacked=$(mktemp -d)
        trap 'rm -rf "$unpacked"' EXIT
        sh "$here/apt-unpack.sh" "$unpacked" python3-pip-whl || fail "$python brings no pip: install python3-venv"
        pip=$(echo "$unpacked"/usr/share/python-wheels/pip-*.whl)
        .venv/bin/python "$pip/pip" install -q --no-index "$pip"
    fi
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
# The lock is complete, so nothing is resolved here; `pip check` notices when it no longer is.
.venv/bin/python -m pip install -q --no-deps -r requirements.lock
.venv/bin/python -m pip install -q --no-deps --no-build-isolation --editable .
.venv/bin/python -m pip check >&2
