#!/bin/sh
# Builds dist/mlmon-<platform>.pyz: one executable file that every Python 3.11 to 3.14 of this platform can run.
#
# Native wheels hold one library per Python version, named after it, so those of all versions fit into one tree.
set -eu
cd "$(dirname "$0")/.."

shiv=1.0.8 # needed only here; in requirements.lock it would bring pip and setuptools
python=$PWD/.venv/bin/python
target=dist/mlmon-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m).pyz
export PIP_DISABLE_PIP_VERSION_CHECK=1

rm -rf build/binary
"$python" -m hatchling build -t wheel -d build/binary >&2
"$python" -m pip install -q --no-deps --target build/binary/shiv "shiv==$shiv"

for version in 3.11 3.12 3.13 3.14; do
    "$python" -m pip install -q --no-compile --only-binary :all: --python-version "$version" \
        --constraint requirements.lock --target "build/binary/$version" build/binary/mlmon-*.whl
    mkdir -p build/binary/site
    cp -R "build/binary/$version/." build/binary/site
done
rm -rf build/binary/site/bin # scripts that name this machine's Python

cat >build/binary/preamble.py <<'EOF'
import sys

if not (3, 11) <= sys.version_info < (3, 15):
    sys.exit(f"mlmon needs Python 3.11 to 3.14 and this is {sys.version.split()[0]}; start it with another one: python3.12 FILE")
EOF
mkdir -p dist
PYTHONPATH=build/binary/shiv "$python" -m shiv --reproducible --entry-point mlmon.__main__:main \
    --site-packages build/binary/site --preamble build/binary/preamble.py --output-file "$target" >&2
ls -l "$target"
