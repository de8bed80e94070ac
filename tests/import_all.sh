#!/bin/sh
# Imports every folder below a folder that has XML, JSON or YAML files in it, and prints how many were
# imported and why the others were not. It fails if there is a refusal without one of these reasons,
# or a scenario that was imported and does not load.
#
#   sh tests/import_all.sh PROGRAM FOLDER
set -eu
export LC_ALL=C
program=$1
folder=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The reason why a folder was not imported, from what the program said of it.
cause() {
    case $1 in
    *'not a weighted sum over issues'* | *'only linear additive ones'* | *'which is not supported'* | *'of an unsupported form'*) echo 'not modelled: preferences that are not a sum over the issues' ;;
    *'more than 1000000000000 outcomes'* | *'more than 4096 options'* | *'more than 64 issues'*) echo 'beyond a limit: the space of outcomes' ;;
    *'more than 64 parties'*) echo 'beyond a limit: more than 64 parties' ;;
    *'MiB together'*) echo 'beyond a limit: the size of the files' ;;
    *'the preferences of at least two parties'*) echo 'no scenario: preferences of fewer than two parties' ;;
    *'is not a GENIUS file'* | *'has neither'* | *'which cannot be imported'*) echo 'no scenario: other files' ;;
    *'not XML'* | *'there is no element'* | *'is not closed'* | *'not UTF-8'* | *'neither GENIUS XML'* | *'not the JSON'* | *'not valid YAML'*) echo 'broken in the source: not well-formed' ;;
    *'is not a number'* | *'<item> has no'* | *'there is no <item>'* | *'there is no <weight>'* | *'there is no <evaluator>'* | *'range of numbers'* | *'there is no entry for the issue'* | *'has no option'*) echo 'broken in the source: a number or an option is missing' ;;
    *) echo 'not explained' ;;
    esac
}

find "$folder" -type f \( -name '[!.]*.xml' -o -name '[!.]*.json' -o -name '[!.]*.yml' -o -name '[!.]*.yaml' \) |
    sed 's|/[^/]*$||' | sort -u >"$work/folders"
: >"$work/causes"
while IFS= read -r it; do
    rm -f "$work/scenario.toml"
    if "$program" import --raw "$it" -o "$work/scenario.toml" >"$work/said" 2>&1; then
        if "$program" check "$work/scenario.toml" >"$work/said" 2>&1; then
            found='imported'
        else
            found='not explained'
        fi
    elif [ $? -eq 2 ]; then
        found=$(cause "$(head -n 1 "$work/said")")
    else
        found='not explained'
    fi
    echo "$found" >>"$work/causes"
    if [ "$found" = 'not explained' ]; then
        echo "$it: $(head -n 1 "$work/said")" >&2
    fi
done <"$work/folders"

echo '| outcome | folders |'
echo '| --- | --- |'
sort "$work/causes" | uniq -c | sort -rn | sed 's/^ *\([0-9]*\) \(.*\)$/| \2 | \1 |/'
echo "| all | $(wc -l <"$work/causes" | tr -d ' ') |"
! grep -qx 'not explained' "$work/causes"
