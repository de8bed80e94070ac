#!/usr/bin/env bash
# Builds the module for browsers into a folder, beside the digest of its sources; without a folder, into
# the one from which the program takes it.
# Uses rustup's target wasm32-unknown-unknown if it is there; otherwise, on Debian, the packages of its
# compiler for browsers, unpacked below target/, which build the standard library too.
# Usage: bash crates/demarche-browser/build.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-src/cli/exploration/module}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
triple=wasm32-unknown-unknown
flags=()

libraries=$(rustc --print target-libdir --target "$triple" 2> /dev/null || true)
if [ ! -d "$libraries" ] && command -v rustup > /dev/null; then
    rustup target add "$triple" > /dev/null 2>&1 || true
    libraries=$(rustc --print target-libdir --target "$triple" 2> /dev/null || true)
fi
if [ ! -d "$libraries" ]; then
    tools="$target/browser-tools"
    if [ ! -e "$tools/complete" ]; then
        echo "unpacking Debian's compiler for browsers into $tools" >&2
        rm -rf "$tools"
        mkdir -p "$tools"
        (
            cd "$tools"
            packages=(rustc-web rust-web-src libstd-rust-web-dev lld-22 libllvm22)
            packages+=("$(apt-cache depends libstd-rust-web-dev | sed -n 's/.*Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p')")
            apt-get download -qq "${packages[@]}"
            for it in *.deb; do
                dpkg -x "$it" .
            done
            rm -- *.deb
            # The compiler looks for the sources of the standard library below its own folder.
            mkdir -p usr/lib/rustlib/src
            ln -sfn "$(echo "$PWD"/usr/src/rustc-*)" usr/lib/rustlib/src/rust
            touch complete
        )
    fi
    export RUSTC="$tools/usr/bin/rustc" RUSTC_BOOTSTRAP=1
    export LD_LIBRARY_PATH="$tools/usr/lib/x86_64-linux-gnu:$tools/usr/lib/llvm-22/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$tools/usr/lib/llvm-22/bin/wasm-ld"
    flags+=(-Zbuild-std=std,panic_abort)
fi

# Messages of panics name files: none of this machine's.
sysroot=$("${RUSTC:-rustc}" --print sysroot)
registry=$(echo "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*)
export RUSTFLAGS="--remap-path-prefix=$registry/= --remap-path-prefix=$sysroot/lib/rustlib/src/rust/= --remap-path-prefix=$(realpath -m "$sysroot/lib/rustlib/src/rust")/= --remap-path-prefix=$PWD/="
# Apart from what is built for this machine: another compiler would build all of that anew.
cargo build --locked --quiet --package demarche-browser --profile browser --target "$triple" \
    --target-dir "$target/browser" "${flags[@]}"

mkdir -p "$out"
# Without a time or a name, so that the same module has the same bytes.
gzip -9nc "$target/browser/$triple/browser/demarche_browser.wasm" > "$out/demarche.wasm.gz"
bash crates/demarche-browser/digest.sh > "$out/sources.sha256"
ls -l "$out/demarche.wasm.gz" >&2
