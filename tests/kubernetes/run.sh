#!/bin/sh
# Validates the Kubernetes Job against the schema of Kubernetes, and sees that a misspelt field fails.
# Installs the validator from PyPI, into a folder of its own; where that cannot be, it says so and, with
# CI set, fails.
# Usage: sh tests/kubernetes/run.sh
set -eu
cd "$(dirname "$0")/../.."

. tests/support/packages.sh
install_from_pypi tests/kubernetes/requirements.txt "validator"

validate() {
    PYTHONPATH=$folder/packages "$folder/packages/bin/kubernetes-validate" --strict "$1"
}
validate configs/engines/kubernetes-job.yaml
sed 's/parallelism/paralelism/' configs/engines/kubernetes-job.yaml >"$folder/misspelt.yaml"
! validate "$folder/misspelt.yaml" 2>/dev/null
