#!/bin/sh
# Counts the instructions of five hot paths under valgrind, which no other load on the machine changes, and
# holds them against those in benches/instructions.txt: more than 3 % above them is a failure.
# Counts depend on the compiler: figures of another one are not compared, and that is said.
# Usage: sh benches/instructions.sh target/release/demarche [renew]
# renew: stores the new figures, and puts them into docs/performance.md
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")/.."
stored=benches/instructions.txt
tolerance_percent=3

compiler=$(rustc -vV | sed -n 's/^release: //p; s/^host: //p' | sort | xargs)
. tests/support/packages.sh
command -v valgrind >/dev/null || { [ -n "${CI:-}" ] && install valgrind; } ||
    skipped "no valgrind to count instructions with"
python3 benches/made_up.py >"$folder/fresh.toml"
python3 benches/made_up.py --constant >"$folder/constant.toml"

# The instructions of a command of the program.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p'
    rm -rf "$folder/out"
}

# The instructions of one more of something: the difference of two lengths, the last two arguments.
each() {
    few=$1 many=$2
    shift 2
    a=$(instructions "$@" "$few")
    b=$(instructions "$@" "$many")
    echo $(((b - a) / (many - few)))
}

# A session after those that are examined for their reports: the first thousand. The fifth shard has the
# sessions from 1,024 on, so many and so many of them.
session() {
    few=$((1024 + $2)) many=$((1024 + $3))
    each $few $many batch "$1" --threads 1 --quiet --no-report --out "$folder/out" --shard 5/5 --sessions
}

flagship=configs/scenarios/alaska-2025.toml
villages=configs/scenarios/two-villages.toml
plan=configs/plans/alaska-2025/us-draft-november.toml
{
    echo "compiler $compiler"
    echo "flagship-session $(session $flagship 10 40)"
    echo "two-villages-session $(session $villages 100 600)"
    echo "5-parties-78125-outcomes-session $(session "$folder/fresh.toml" 10 40)"
    echo "frontier-78125-outcomes-5-parties $(instructions analyze "$folder/constant.toml")"
    echo "flagship-weigh-a-draw $(each 10 60 weigh $flagship $plan --threads 1 --quiet --no-report --out "$folder/out" --draws)"
} >"$folder/counted"
if grep -Evq '^compiler |^[a-z0-9-]+ [1-9][0-9]*$' "$folder/counted"; then
    echo "no count of some path:" && cat "$folder/counted" && exit 1
fi

if [ "${2:-}" = renew ]; then
    cp "$folder/counted" $stored
    cat $stored
    PYTHONDONTWRITEBYTECODE=1 python3 benches/instructions_page.py
    exit
fi

if [ "$(head -n 1 $stored)" != "$(head -n 1 "$folder/counted")" ]; then
    echo "instructions were counted and not compared: the stored figures are of $(head -n 1 $stored), this is $(head -n 1 "$folder/counted")"
    tail -n +2 "$folder/counted"
    exit
fi
n_above=0
while read -r name count; do
    before=$(sed -n "s/^$name //p" $stored)
    case $name in compiler) continue ;; esac
    [ -n "$before" ] || { echo "$name is not in $stored: \`just instructions\` adds it" && exit 1; }
    line="$name: $count instructions, $(((count * 1000 / before + 5) / 10)) % of the $before stored"
    if [ $((count * 100)) -gt $((before * (100 + tolerance_percent))) ]; then
        n_above=$((n_above + 1))
        line="$line: MORE than $tolerance_percent % above"
    elif [ $((count * 100)) -lt $((before * (100 - tolerance_percent))) ]; then
        line="$line: \`just instructions\` stores the gain"
    fi
    echo "$line"
done <"$folder/counted"
echo "instructions of 5 hot paths compared: $n_above more than $tolerance_percent % above the stored figures"
[ $n_above = 0 ]
