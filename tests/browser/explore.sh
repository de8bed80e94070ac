#!/bin/sh
# Explores scenarios in headless Chromium: moves inputs at random, and compares tables with the command
# line's; installs what it needs. Fails if it could not.
# SETTINGS is how many random settings are tried, by default 20; MODULE a module to use instead of the one
# in the program.
# Usage: sh tests/browser/explore.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/browser/support.sh
"$demarche" explore configs/scenarios/alaska-2025.toml --sessions 25 --out "$folder/alaska-2025.html" >"$folder/said"
"$demarche" explore configs/scenarios/two-villages.toml configs/plans/two-villages/* \
    --sessions 25 --out "$folder/two-villages.html" >"$folder/said"
"$demarche" explore configs/scenarios/alaska-2025.toml --out "$folder/thousand.html" >"$folder/said"
node tests/browser/explore.mjs "$demarche" "$folder"
