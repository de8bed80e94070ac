#!/bin/bash
# One shard: a task of a job array. `demarche dist slurm` wrote this file and will not overwrite it:
# edit it as you need, and submit it with submit.sh.
#SBATCH --job-name=demarche
#SBATCH --output=logs/%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --ntasks=1
{sbatch}
program={program}

# A task that failed returns to the queue, at most this many times.
requeues_max=5

# The numbers of an array are limited, so a plan of many shards has several arrays: see submit.sh.
index=$((SLURM_ARRAY_TASK_ID + ${DEMARCHE_OFFSET:-0}))

code=0
"$program" shard --manifest plan.json --index "$index" --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet ||
    code=$?

case $code in
0) ;;
2 | 3) ;; # Wrong input, or a folder of something else: every attempt fails.
*)
    if [ "${SLURM_RESTART_COUNT:-0}" -lt "$requeues_max" ]; then
        echo "shard $index ended with exit code $code and returns to the queue" >&2
        scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    fi
    ;;
esac
exit "$code"
