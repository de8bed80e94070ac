#!/bin/bash
# Runs a plan's shards on Slurm: two nodes on this machine, a job array, and the merge that depends on
# it. A task is killed, then a whole node; the merged run has the bytes of the run in one go, and no
# complete shard is run twice.
# Installs Debian's slurm-wlm and munge; where they are not to be had, or the user is not root, it says
# so and, with CI set, fails. Needs no systemd; all daemons listen on the loopback interface only.
# Usage: bash tests/slurm.sh target/release/demarche
set -euo pipefail
demarche=$(realpath "$1")
cd "$(dirname "$0")/.."

skipped() {
    echo "skipped: $1"
    [ -z "${CI:-}" ]
    exit
}

[ "$(id -u)" = 0 ] || skipped "Slurm's daemons need root"
has_all() {
    local tool
    for tool in slurmctld slurmd munged pgrep; do
        command -v "$tool" >/dev/null || return 1
    done
}
if ! has_all; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends slurm-wlm munge procps; } \
        >/dev/null 2>&1 || skipped "no Slurm to be had"
fi

n_shards=12
experiment=configs/scenarios/alaska-2025.toml
sessions=${SESSIONS:-24000}

folder=$(mktemp -d)
# Ends what was started here, also by the nodes: all of it knows the configuration of this cluster.
cleanup() {
    local environment process
    for environment in /proc/[0-9]*/environ; do
        process=${environment#/proc/}
        process=${process%/environ}
        if [ "$process" != $$ ] && grep -qz "^SLURM_CONF=$folder/" "$environment" 2>/dev/null; then
            kill -9 "$process" 2>/dev/null || true
        fi
    done
    rm -rf "$folder"
}
trap cleanup EXIT
say() { printf '%3d s: %s\n' "$SECONDS" "$*"; }

# Waits until a command succeeds, at most so many seconds.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "not reached: $*"
            sinfo -N || true
            squeue || true
            tail -n 20 "$folder"/*.log "$folder"/plan/logs/* || true
            return 1
        fi
        sleep 0.1
    done
}

# A cluster of two nodes with one core each.
chmod 755 "$folder"
mkdir "$folder/state" "$folder/munge"
head -c 128 /dev/urandom >"$folder/munge/key"
chown -R munge "$folder/munge"
chmod 400 "$folder/munge/key"
host=$(hostname -s)
export SLURM_CONF=$folder/slurm.conf
cat >"$SLURM_CONF" <<CONFIGURATION
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldPort=${SLURM_PORT:-26817}
SlurmdTimeout=5
MessageTimeout=5
KillWait=2
ReturnToService=2
# Arrays of ten shards at most, so that the plan has two.
MaxArraySize=11
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=27001 CPUs=1 RealMemory=500
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=27002 CPUs=1 RealMemory=500
PartitionName=main Nodes=node1,node2 Default=YES State=UP
CONFIGURATION
mkdir "$folder/spool-node1" "$folder/spool-node2"
setpriv --reuid=munge --regid=munge --clear-groups munged --foreground --force --key-file="$folder/munge/key" \
    --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" >"$folder/munged.log" 2>&1 &
disown
wait_until 10 test -S "$folder/munge/socket"
slurmctld -D -c >"$folder/slurmctld.log" 2>&1 &
disown
slurmd -D -N node1 >"$folder/node1.log" 2>&1 &
node1=$!
disown
slurmd -D -N node2 >"$folder/node2.log" 2>&1 &
disown
both_idle() { [ "$(sinfo --noheader --format='%t %D' 2>/dev/null)" = "idle 2" ]; }
wait_until 20 both_idle
say "two nodes are idle"

"$demarche" batch "$experiment" --sessions "$sessions" --quiet --no-report --out "$folder/reference"
say "the run in one go is there"

dist=("$demarche" dist slurm "$experiment" --sessions "$sessions" --shards "$n_shards"
    --out "$folder/plan" --sbatch --mem=50 --submit)
"${dist[@]}"
# While its jobs are in the queue, nothing is submitted twice.
! "${dist[@]}" || exit 1
missing() { "$demarche" missing --manifest "$folder/plan/plan.json"; }

# The process of a shard that runs on a node, if there is one.
shard_on() {
    local process
    for process in $(pgrep -f "shard --manifest plan.json"); do
        if grep -qz "^SLURMD_NODENAME=$1$" "/proc/$process/environ" 2>/dev/null &&
            ! grep -qz "array.sh\|slurm_script" "/proc/$process/cmdline" 2>/dev/null; then
            echo "$process"
            return
        fi
    done
    return 1
}

# The same, stopped, so that it is not over before it is killed.
stopped_shard_on() {
    local process
    process=$(shard_on "$1") && kill -STOP "$process" 2>/dev/null && echo "$process"
}

killed=$(wait_until 20 stopped_shard_on node2)
say "kill the task $killed on node2"
kill -9 "$killed"

some_complete() { compgen -G "$folder/plan/shard-*/shard.json" >/dev/null; }
wait_until 20 some_complete
task=$(wait_until 20 stopped_shard_on node1)
script=$(ps -o ppid= -p "$task" | tr -d ' ')
step=$(ps -o ppid= -p "$script" | tr -d ' ')
say "kill node1: its daemon, and step, script and task of a shard"
kill -9 "$node1" "$step" "$script" "$task"

say "missing meanwhile: $(missing)"
[ -n "$(missing)" ]
merged=0
"$demarche" merge --manifest "$folder/plan/plan.json" --out "$folder/early" 2>"$folder/early.txt" || merged=$?
[ "$merged" = 3 ] && [ ! -e "$folder/early" ]
# Complete shards stay as they are from here on.
complete=$(cd "$folder/plan" && stat --format='%n %i %Y' shard-*/shard.json)

queue_empty() { [ -z "$(squeue --noheader 2>/dev/null)" ]; }
wait_until 90 queue_empty
say "the queue is empty; nodes: $(sinfo --noheader -N --format='%N %t' | paste -sd , -)"
[ -z "$(missing)" ]
same_tables() {
    local table
    for table in "$folder"/reference/*.csv; do
        cmp "$table" "$folder/plan/run/$(basename "$table")"
    done
}
same_tables
while read -r line; do
    grep -qxF "$line" <(cd "$folder/plan" && stat --format='%n %i %Y' shard-*/shard.json)
done <<<"$complete"
grep -l "returns to the queue" "$folder"/plan/logs/* >/dev/null
say "the same bytes, and no complete shard was run twice"

rm -r "$folder/plan/run" "$folder/plan/shard-05-of-12"
"${dist[@]}" | tee "$folder/again.txt"
grep -q "array 5 with offset 0" "$folder/again.txt"
[ "$(grep -c "array" "$folder/again.txt")" = 1 ]
wait_until 60 queue_empty
same_tables
say "the same command again submits the shard that was lost, and gets the same bytes"
