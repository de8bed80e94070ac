#!/bin/sh
# Opens the pages of small runs in headless Chromium; installs what it needs. Fails if it could not.
# Usage: sh tests/browser/run.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/browser/support.sh
"$demarche" batch configs/experiments/alaska-2025.toml --sessions 1000 --quiet --out "$folder/batch"
"$demarche" sweep configs/experiments/us-pressure.toml --sessions 40 --quiet --out "$folder/sweep"
"$demarche" sweep configs/experiments/two-readings.toml --sessions 100 --quiet --out "$folder/readings"
"$demarche" sensitivity configs/experiments/assumed-numbers.toml --points 32 --quiet --out "$folder/sensitivity"
"$demarche" flip configs/scenarios/two-villages.toml --rate 50 --sessions 100 --quiet --out "$folder/flip"
"$demarche" batch configs/scenarios/shared-barn.toml --sessions 20 --quiet --no-report --out "$folder/barn"
"$demarche" batch configs/scenarios/two-villages.toml --sessions 100 --quiet --no-report --out "$folder/villages"
"$demarche" batch configs/scenarios/two-villages.toml --sessions 100 --quiet --no-report --set party.upper.reservation_value=0.72 --out "$folder/unwilling"
"$demarche" replay "$folder/batch" 3 --page "$folder/batch/replay.html" >"$folder/told"
"$demarche" replay "$folder/barn" 3 --page "$folder/barn/replay.html" >"$folder/told"
"$demarche" replay "$folder/unwilling" 0 --page "$folder/unwilling/replay.html" >"$folder/told"
"$demarche" compare "$folder/villages" "$folder/unwilling" --page "$folder/villages/compare.html" >"$folder/told"
node tests/browser/pages.mjs "$folder"/*/*.html
