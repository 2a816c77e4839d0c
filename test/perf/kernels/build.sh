#!/bin/sh
# Builds kernels32.wasm and kernels64.wasm and writes their checksums. Needs a Rust compiler with its sources (Debian: rustc-web,
# cargo-web, rust-web-src) and wasm-ld (Debian: lld-22).
set -eu
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-/tmp/icicle-kernels}
export RUSTC="${RUSTC:-/usr/bin/rustc}" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$target"
for width in 32 64; do
  CARGO_ENCODED_RUSTFLAGS="-Clinker=wasm-ld-22$(printf '\037')-Clinker-flavor=wasm-ld$(printf '\037')-Clink-arg=-zstack-size=65536" \
    cargo build --release --offline --target "wasm$width-unknown-unknown" -Zbuild-std=core,alloc,panic_abort
  cp "$target/wasm$width-unknown-unknown/release/kernels.wasm" "kernels$width.wasm"
done
rm -f Cargo.lock
sha256sum src/lib.rs kernels32.wasm kernels64.wasm > SHA256SUMS
