#!/bin/sh
# Opens the workbooks of small runs in LibreOffice and by openpyxl, and holds every cell against the CSV.
# Installs both, openpyxl into a folder of its own; where that cannot be, it says so and, with CI set,
# fails.
# Usage: sh tests/spreadsheet/run.sh target/release/demarche
set -eu
demarche=$(realpath "$1")
cd "$(dirname "$0")/../.."

. tests/support/packages.sh
if ! command -v soffice >/dev/null; then
    install libreoffice-calc-nogui || skipped "no LibreOffice to open workbooks with"
fi
install_from_pypi tests/spreadsheet/requirements.txt "openpyxl"

run() {
    name=$1
    verb=$2
    shift 2
    "$demarche" "$verb" "$@" --excel --quiet --no-report --out "$folder/runs/$name"
}
run batch batch configs/experiments/alaska-2025.toml --sessions 2000
run villages batch configs/scenarios/two-villages.toml --sessions 500 --transcripts --distances
# Tables without a row.
run no-deal batch configs/scenarios/two-villages.toml --sessions 10 \
    --set protocol.alternating_offers.deadline_rounds=1
run sweep sweep configs/experiments/us-pressure.toml --sessions 40
run readings sweep configs/experiments/two-readings.toml --sessions 100
run sensitivity sensitivity configs/experiments/assumed-numbers.toml --points 32
run flip flip configs/scenarios/two-villages.toml --rate 50 --sessions 100
# Labels that a spreadsheet would run, or not take as they are.
sed -e 's/^title = .*/title = "=1+1"/' \
    -e "s/^label = \"Upper village\"/label = '=HYPERLINK(\"http:\/\/localhost\")'/" \
    -e "s/^label = \"Lower village\"/label = ' _x0041_ <\\&> \"q\", ü '/" \
    configs/scenarios/two-villages.toml >"$folder/hostile.toml"
cmp -s configs/scenarios/two-villages.toml "$folder/hostile.toml" && exit 1
run hostile batch "$folder/hostile.toml" --sessions 50

# Every sheet as CSV, with the numbers as they are and not as they look.
mkdir "$folder/books"
for run in "$folder"/runs/*; do
    ln -s "$run/tables.xlsx" "$folder/books/$(basename "$run").xlsx"
done
HOME=$folder soffice --headless --convert-to \
    'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1' \
    --outdir "$folder/sheets" "$folder"/books/*.xlsx >/dev/null
PYTHONPATH=$folder/packages python3 tests/spreadsheet/readers.py "$folder/sheets" "$folder"/runs/*
