#!/bin/bash
# Submits the missing shards as job arrays, and the merge that waits for them. Run it again after a
# failure: complete shards are not submitted again. `demarche dist slurm` wrote this file and will not
# overwrite it: edit it as you need.
set -euo pipefail
cd "$(dirname "$0")"
program={program}

if [ -e run ]; then
    echo "the shards are already merged: $PWD/run"
    exit
fi

if ! command -v sbatch >/dev/null; then
    echo "error: no sbatch on this machine; where jobs are submitted: bash $PWD/submit.sh" >&2
    exit 1
fi

# The jobs of an earlier submission.
queued=
if [ -s jobs ]; then
    queued=$(squeue --noheader --format=%A --jobs="$(paste --serial --delimiters=, jobs)" 2>/dev/null || true)
fi
if [ -n "$queued" ]; then
    echo "error: jobs of an earlier submission are in the queue; wait for them, or: scancel $(paste -sd ' ' jobs)" >&2
    exit 1
fi

missing=$("$program" missing --manifest plan.json)

# The numbers of an array are below MaxArraySize: Slurm's default is 1001.
max_array_size=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 }' || true)
size=$((${max_array_size:-1001} - 1))

# Prints a line `OFFSET ARRAY` for each array: shard OFFSET + 1 is its number 1.
arrays() {
    tr ',' '\n' <<<"$1" | awk -F - -v size="$2" '
        NF {
            last = $NF
            for (first = $1; first <= last; first = end + 1) {
                offset = int((first - 1) / size) * size
                end = last < offset + size ? last : offset + size
                if (!(offset in list)) { order[++n] = offset; list[offset] = "" }
                range = first - offset (end > first ? "-" end - offset : "")
                list[offset] = list[offset] (list[offset] == "" ? "" : ",") range
            }
        }
        END { for (i = 1; i <= n; i++) print order[i], list[order[i]] }'
}

: >jobs
after=
while read -r offset array; do
    job=$(sbatch --parsable --chdir="$PWD" --array="$array" --export="ALL,DEMARCHE_OFFSET=$offset" array.sh)
    job=${job%%;*}
    echo "$job" >>jobs
    after=$after:$job
    echo "submitted: job $job, array $array with offset $offset"
done < <(arrays "$missing" "$size")

merge=$(sbatch --parsable --chdir="$PWD" ${after:+"--dependency=afterok$after"} merge.sh)
merge=${merge%%;*}
echo "$merge" >>jobs
echo "submitted: job $merge, which merges the shards into $PWD/run"
