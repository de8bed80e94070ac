#!/bin/sh
# Holds the peak memory of many sessions against that of few: at most a tenth more.
# usage: sh tests/memory.sh PROGRAM [MANY]      (MANY defaults to 100000; 1000000 takes minutes)
set -eu
program=$1
many=${2:-100000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Peak resident memory in kB of a batch of so many sessions, as the kernel counts it.
peak() {
    "$program" batch configs/experiments/alaska-2025.toml --quiet --threads 2 \
        --sessions "$1" --out "$folder/$1" &
    child=$!
    most=0
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$child/status" 2>/dev/null) \
        && [ -n "$now" ]; do
        most=$now
        sleep 0.1
    done
    wait "$child"
    rm -rf "$folder/$1"
    echo "$most"
}

if [ ! -r /proc/self/status ]; then
    echo "skipped: this system does not tell a process's peak memory"
    exit 0
fi
few_kb=$(peak 10000)
many_kb=$(peak "$many")
echo "peak memory: $few_kb kB for 10000 sessions, $many_kb kB for $many"
[ "$many_kb" -le $((few_kb * 11 / 10)) ]
