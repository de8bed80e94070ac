#!/bin/sh
# Runs the shards of a plan on a Dask cluster on the loopback interface, kills a task, a node and the
# scheduler, and holds the merged run against the run in one go.
# Installs Dask from PyPI, into a folder of its own; where that cannot be, it says so and, with CI set,
# fails.
# Usage: sh tests/dask/run.sh target/release/demarche
#        sh tests/dask/run.sh target/release/demarche overhead SESSIONS    (measures how long it takes)
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

skipped() {
    echo "skipped: $1"
    [ -z "${CI:-}" ]
    exit
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! python3 -m pip --version >/dev/null 2>&1; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip; } \
        >/dev/null 2>&1 || skipped "no pip to install Dask with"
fi
# Into a folder, since a virtual environment needs a package that Debian leaves out.
python3 -m pip install --quiet --disable-pip-version-check --no-warn-conflicts \
    --root-user-action=ignore --target "$folder/packages" -r tests/dask/requirements.txt ||
    skipped "no Dask to be had"

# Nothing is written beside the sources.
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$folder/packages"
mkdir "$folder/work"
if [ "${2:-}" = overhead ]; then
    python3 tests/dask/overhead.py "$demarche" "$folder/work" "$3"
else
    mkdir "$folder/archives"
    python3 tests/dask/archives.py "$folder/archives"
    python3 tests/dask/faults.py "$demarche" "$folder/work"
fi
