#!/usr/bin/env bash
# Prints the digest of all sources that reach the module for browsers.
# Usage: bash crates/demarche-browser/digest.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
find Cargo.lock Cargo.toml crates/*/Cargo.toml crates/*/src src -type f ! -path 'src/cli/*' ! -path src/main.rs -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
