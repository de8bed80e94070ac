#!/bin/sh
# Builds the Python package, installs it into a new virtual environment and runs its tests: pytest, the
# examples of its documentation, and mypy on its types.
# Installs what the tests need from PyPI; where that cannot be, it says so and, with CI set, fails.
# Usage: sh tests/python/run.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/support/packages.sh

python3 -m venv "$folder/environment" 2>/dev/null || {
    install python3-venv && python3 -m venv "$folder/environment"
} || skipped "no virtual environment to be had"
PATH="$folder/environment/bin:$PATH"
export PATH PYTHONDONTWRITEBYTECODE=1
pip install --quiet --disable-pip-version-check -r tests/python/requirements.txt ||
    skipped "no packages to be had from PyPI"

# In the workspace's own folder of builds, so that no dependency is built twice.
maturin build --quiet --locked --out "$folder/wheels" ||
    { echo "the package cannot be built" >&2; exit 1; }
pip install --quiet --disable-pip-version-check "$folder"/wheels/*.whl

DEMARCHE="$demarche" pytest -q -p no:cacheprovider python/tests
modules=$(python -c 'import demarche, os; print(os.path.dirname(demarche.__file__))')
pytest -q -p no:cacheprovider --rootdir=. --doctest-modules "$modules"
mypy --cache-dir="$folder/mypy" --strict -p demarche
