#!/bin/sh
# A long run: its memory and its open files do not grow, and no row is missing.
# usage: sh tests/soak.sh PROGRAM [SESSIONS]      (Linux; 10000000 by default: minutes, and 4 GB of disk)
set -eu
program=$1
sessions=${2:-10000000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
run="$folder/run"

"$program" batch configs/scenarios/two-villages.toml --quiet --sessions "$sessions" --out "$run" &
child=$!
# A line per second: how much memory was used at most so far, in kB, and how many files are open.
while memory=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$child/status" 2>/dev/null) \
    && files=$(ls "/proc/$child/fd" 2>/dev/null | wc -l) && [ -n "$memory" ]; do
    echo "$memory $files"
    sleep 1
done >"$folder/samples"
wait "$child"

# Most memory and most open files in the first tenth of the time, and in all of it.
awk '{ memory[NR] = $1; files[NR] = $2 }
    END {
        for (i = 1; i <= NR; i++) {
            if (i <= NR / 10 + 1) { early = memory[i]; if (files[i] > few) few = files[i] }
            if (files[i] > many) many = files[i]
        }
        printf "memory: %d kB after a tenth of the time, %d kB at the end\n", early, memory[NR]
        printf "open files: %d at most in a tenth of the time, %d in all\n", few, many
        exit !(memory[NR] <= early * 1.1 && many <= few)
    }' "$folder/samples"

rows() { echo $(($(wc -l <"$run/$1.csv") - 1)); }
echo "rows: $(rows sessions) of sessions, $(rows parties) of parties"
[ "$(rows sessions)" = "$sessions" ] && [ "$(rows parties)" = $((2 * sessions)) ]
