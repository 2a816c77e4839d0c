/** How a Rust that can build WebAssembly is reached on this machine: by the user's rustup, or by Debian's packages. */

import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {homedir} from 'node:os'
import {delimiter, join} from 'node:path'

/** What Debian's `rustc-web cargo-web rust-web-src lld-22` bring. */
const DEBIAN = ['/usr/bin/cargo', '/usr/bin/rustc', '/usr/bin/wasm-ld-22', '/usr/lib/rustlib/src/rust/library']

/** Variables for `cargo build --target wasm32-unknown-unknown`; undefined when there is no such Rust. */
export function findRustEnvironment(): Record<string, string> | undefined {
  const homes = {
    CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
    // A folder with what earlier runs have built saves minutes.
    ...(process.env.CARGO_TARGET_DIR ? {CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR} : {}),
  }
  const installed = spawnSync('rustup', ['target', 'list', '--installed'], {encoding: 'utf8'}).stdout ?? ''
  if (installed.includes('wasm32-unknown-unknown')) return homes
  if (!DEBIAN.every((file) => existsSync(file))) return undefined
  return {
    ...homes,
    PATH: `/usr/bin${delimiter}${process.env.PATH}`,
    RUSTC: '/usr/bin/rustc',
    RUSTC_BOOTSTRAP: '1',
    CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort',
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: 'wasm-ld-22',
  }
}
