#!/bin/bash
# Merges the shards into the folder `run`, once all of them are complete. `demarche dist slurm` wrote
# this file and will not overwrite it: edit it as you need. submit.sh submits it after the arrays.
#SBATCH --job-name=demarche-merge
#SBATCH --output=logs/merge-%j.log
#SBATCH --ntasks=1
#SBATCH --kill-on-invalid-dep=yes
{sbatch}
set -euo pipefail
program={program}

if [ -e run ]; then
    echo "the shards are already merged: $PWD/run"
    exit
fi

# What a merge left that was stopped.
rm -rf merging
code=0
"$program" merge --manifest plan.json --out merging || code=$?

# A run with forfeits is complete too, and has another exit code.
if [ ! -e merging/journal.bin ] && grep -qs '"complete": true' merging/manifest.json; then
    mv -T merging run
    echo "the run is in $PWD/run"
fi
exit "$code"
