#!/bin/sh
# Checks licences and origins of all that the program depends on, with cargo-deny, which is installed if
# it is not there. That takes minutes: it is done only if Cargo.lock, deny.toml or a Cargo.toml is another
# than when they were checked last, of which `.ci/licenses.sha256` is the digest.
# Usage: sh .ci/licenses.sh [store], where `store` checks in any case and writes the digest.
set -eu
cd "$(dirname "$0")/.."
digest=$(cat Cargo.lock deny.toml Cargo.toml crates/*/Cargo.toml python/Cargo.toml | sha256sum | cut -d ' ' -f 1)
if [ "${1-}" != store ] && [ "$digest" = "$(cat .ci/licenses.sha256)" ]; then
    echo "Cargo.lock, deny.toml and all Cargo.toml are those that were checked last"
    exit
fi
# Kept beside the build.
tools=${CARGO_TARGET_DIR:-target}/tools
if ! command -v cargo-deny >/dev/null; then
    PATH="$PATH:$(mkdir -p "$tools" && cd "$tools" && pwd)/bin"
fi
if ! command -v cargo-deny >/dev/null; then
    cargo install --debug --locked --root "$tools" cargo-deny --version 0.20.2
fi
cargo-deny --locked --workspace check licenses bans sources
if [ "${1-}" = store ]; then
    echo "$digest" >.ci/licenses.sha256
fi
