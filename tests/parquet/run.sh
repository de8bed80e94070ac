#!/bin/sh
# Reads the tables of small runs as Parquet, by pandas and DuckDB, and holds them against the CSV.
# Installs the readers from PyPI, into a folder of its own; where that cannot be, it says so and, with
# CI set, fails.
# Usage: sh tests/parquet/run.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/support/packages.sh
install_from_pypi tests/parquet/requirements.txt "readers"

# More rows than are put together in one group.
"$demarche" batch configs/experiments/alaska-2025.toml --sessions 20000 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/batch"
"$demarche" batch configs/scenarios/two-villages.toml --sessions 1000 --transcripts --distances \
    --format csv,parquet --quiet --no-report --out "$folder/runs/villages"
# Tables without a row.
"$demarche" batch configs/scenarios/two-villages.toml --sessions 10 \
    --set protocol.alternating_offers.deadline_rounds=1 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/no-deal"
"$demarche" sweep configs/experiments/us-pressure.toml --sessions 40 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/sweep"
"$demarche" sweep configs/experiments/two-readings.toml --sessions 100 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/readings"
"$demarche" sensitivity configs/experiments/assumed-numbers.toml --points 32 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/sensitivity"
"$demarche" flip configs/scenarios/two-villages.toml --rate 50 --sessions 100 --format csv,parquet \
    --quiet --no-report --out "$folder/runs/flip"
PYTHONPATH=$folder/packages python3 tests/parquet/readers.py "$folder"/runs/*
