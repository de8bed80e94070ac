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

. tests/support/packages.sh
install_from_pypi tests/dask/requirements.txt "Dask"

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
