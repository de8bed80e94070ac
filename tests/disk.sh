#!/bin/sh
# Fills a small disk under a run, makes it read-only, gives it room again: the run tells what it
# could not write, and goes on to the bytes it would have had.
# usage: sh tests/disk.sh PROGRAM      (Linux; mounts only within a namespace of its own)
set -eu
program=$1
if [ -z "${IN_NAMESPACE:-}" ]; then
    if ! unshare -rm mount -t tmpfs tmpfs /mnt 2>/dev/null; then
        echo "skipped: no namespace to mount a small disk in"
        [ -z "${CI:-}" ]
        exit
    fi
    IN_NAMESPACE=yes exec unshare -rm sh "$0" "$program"
fi

folder=$(mktemp -d)
trap 'umount "$folder/small"; rm -rf "$folder"' EXIT
mkdir "$folder/small"
mount -t tmpfs -o size=2m tmpfs "$folder/small"
run="$folder/small/run"

# Runs the program, which is to end with this exit code and with this in its error.
expect() {
    code=$1
    cause=$2
    shift 2
    ended=0
    "$program" batch --quiet "$@" 2>"$folder/error" || ended=$?
    cat "$folder/error"
    [ "$ended" = "$code" ] && grep -q "$cause" "$folder/error"
}

scenario=configs/scenarios/two-villages.toml
"$program" batch "$scenario" --sessions 20000 --quiet --out "$folder/reference"
echo "a disk that is full:"
expect 1 "No space left on device" "$scenario" --sessions 20000 --out "$run"
echo "still full:"
expect 1 "No space left on device" --resume "$run"
echo "read-only:"
mount -o remount,ro "$folder/small"
expect 1 "Read-only file system" --resume "$run"
expect 1 "Read-only file system" "$scenario" --sessions 20000 --out "$folder/small/other"
echo "with room again:"
mount -o remount,rw,size=100m "$folder/small"
"$program" batch --quiet --resume "$run"
for table in "$folder"/reference/*.csv; do
    cmp "$table" "$run/$(basename "$table")"
done
echo "the same bytes"
