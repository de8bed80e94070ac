#!/bin/sh
# Validates the records of small runs against RO-Crate and its profile Process Run Crate, and the files that
# say how the program is cited. Installs the validators from PyPI, into a folder of its own; where that cannot
# be, it says so and, with CI set, fails.
# Usage: sh tests/records/run.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/support/packages.sh
install_from_pypi tests/records/requirements.txt "validators"

villages=configs/scenarios/two-villages.toml
"$demarche" batch $villages --sessions 200 --format csv,parquet --excel --quiet --out "$folder/runs/batch"
"$demarche" batch $villages --sessions 20 --quiet --no-report --out "$folder/runs/without-page"
"$demarche" sweep configs/experiments/deadline-and-patience.toml --sessions 4 --quiet --out "$folder/runs/sweep"
"$demarche" sensitivity $villages --points 32 --quiet --out "$folder/runs/sensitivity"
"$demarche" robustness $villages --sessions 20 --quiet --out "$folder/runs/robustness"
"$demarche" weigh configs/scenarios/alaska-2025.toml configs/plans/alaska-2025/* --draws 50 --quiet --out "$folder/runs/weighing"
"$demarche" plan $villages --shards 2 --sessions 600 --out "$folder/plan" >/dev/null
for shard in 1 2; do
    "$demarche" shard --manifest "$folder/plan/plan.json" --index $shard --quiet
done
"$demarche" merge --manifest "$folder/plan/plan.json" --quiet --out "$folder/runs/merged"

PYTHONPATH=$folder/packages python3 tests/records/validate.py "$folder"/runs/*
PYTHONPATH=$folder/packages python3 -c 'from cffconvert.cli.cli import cli; cli()' --validate -i CITATION.cff
