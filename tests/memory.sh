#!/bin/sh
# Holds the peak memory of many sessions against that of few: at most a tenth more.
# usage: sh tests/memory.sh PROGRAM [MANY]      (MANY defaults to 100000; 1000000 takes minutes)
# Needs Python: it asks the kernel for the peak of a process that has ended, where a look at a running
# one misses what happens last, the page of the run.
set -eu
program=$1
many=${2:-100000}

if ! command -v python3 >/dev/null; then
    echo "skipped: no python3 to ask for a process's peak memory"
    [ -z "${CI:-}" ]
    exit
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Peak resident memory in kB of a batch of so many sessions, as the kernel counts it.
peak() {
    python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
' "$program" batch configs/experiments/alaska-2025.toml --quiet --threads 2 \
        --sessions "$1" --out "$folder/$1"
    rm -rf "${folder:?}/$1"
}

few_kb=$(peak 10000)
many_kb=$(peak "$many")
echo "peak memory: $few_kb kB for 10000 sessions, $many_kb kB for $many"
[ "$many_kb" -le $((few_kb * 11 / 10)) ]
