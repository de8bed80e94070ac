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

# What a merge left that was stopped.
rm -rf merging
"$program" merge --manifest plan.json --out merging
mv merging run
