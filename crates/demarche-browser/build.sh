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
tools="$target/browser-tools"
flags=()

libraries=$(rustc --print target-libdir --target "$triple" 2> /dev/null || true)
if [ ! -d "$libraries" ] && command -v rustup > /dev/null; then
    rustup target add "$triple" > /dev/null 2>&1 || true
    libraries=$(rustc --print target-libdir --target "$triple" 2> /dev/null || true)
fi
# Unpacks packages of Debian below the folder of tools, without installing them.
unpack() {
    echo "unpacking $* into $tools" >&2
    mkdir -p "$tools"
    (
        cd "$tools"
        apt-get download -qq "$@"
        for it in *.deb; do
            dpkg -x "$it" .
        done
        rm -- *.deb
    )
}
if [ ! -d "$libraries" ]; then
    if [ ! -e "$tools/complete" ]; then
        standard_library=$(apt-cache depends libstd-rust-web-dev | sed -n 's/.*Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p')
        unpack rustc-web rust-web-src libstd-rust-web-dev "$standard_library" lld-22 libllvm22
        # The compiler looks for the sources of the standard library below its own folder.
        mkdir -p "$tools/usr/lib/rustlib/src"
        ln -sfn "$(echo "$tools"/usr/src/rustc-*)" "$tools/usr/lib/rustlib/src/rust"
        touch "$tools/complete"
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
module="$target/browser/$triple/browser/demarche_browser.wasm"
zopfli=$(command -v zopfli || echo "$tools/usr/bin/zopfli")
if [ ! -x "$zopfli" ] && command -v apt-get > /dev/null; then
    unpack zopfli || true
fi
# Both without a time or a name, so that the same module has the same bytes.
if [ -x "$zopfli" ]; then
    "$zopfli" --i5 -c "$module" > "$out/demarche.wasm.gz"
else
    echo "there is no zopfli: the module is a twentieth larger than it could be" >&2
    gzip -9nc "$module" > "$out/demarche.wasm.gz"
fi
bash crates/demarche-browser/digest.sh > "$out/sources.sha256"
ls -l "$out/demarche.wasm.gz" >&2
