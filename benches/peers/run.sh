#!/bin/sh
# Times demarche against NegMAS (sessions) and moocore (frontiers), both sides in turn, and puts the
# figures into docs/performance.md. Installs the others from PyPI, into a folder of its own; where that
# cannot be, it says so.
# Usage: sh benches/peers/run.sh target/release/demarche [CASE ...]     (some cases: those sessions only)
set -eu
demarche=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."

# Nothing is held against what others' programs do: without them there is nothing to measure, also in CI.
unset CI
. tests/support/packages.sh
install_from_pypi benches/peers/requirements.txt "NegMAS and moocore"

# Nothing is written beside the sources, and everything has one thread.
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$folder/packages"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
python3 benches/peers/sessions.py "$demarche" "$@"
[ $# -gt 0 ] || python3 benches/peers/frontiers.py
