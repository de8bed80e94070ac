#!/bin/sh
# Validates the Kubernetes Job against the schema of Kubernetes, and sees that a misspelt field fails.
# Installs the validator from PyPI, into a folder of its own; where that cannot be, it says so and, with
# CI set, fails.
# Usage: sh tests/kubernetes/run.sh
set -eu
cd "$(dirname "$0")/../.."

skipped() {
    echo "skipped: $1"
    [ -z "${CI:-}" ]
    exit
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! python3 -m pip --version >/dev/null 2>&1; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip; } \
        >/dev/null 2>&1 || skipped "no pip to install the validator with"
fi
# Into a folder, since a virtual environment needs a package that Debian leaves out.
python3 -m pip install --quiet --disable-pip-version-check --no-warn-conflicts \
    --root-user-action=ignore --target "$folder/packages" -r tests/kubernetes/requirements.txt ||
    skipped "no validator to be had"

validate() {
    PYTHONPATH=$folder/packages "$folder/packages/bin/kubernetes-validate" --strict "$1"
}
validate configs/engines/kubernetes-job.yaml
sed 's/parallelism/paralelism/' configs/engines/kubernetes-job.yaml >"$folder/misspelt.yaml"
! validate "$folder/misspelt.yaml" 2>/dev/null
