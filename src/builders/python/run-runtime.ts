/**
 * Boots the Python runtime in Node with a canister's sources: a snapshot of its memory from before any line of the user has run, and what the user's
 * code offers, which is learnt by running its module-level code afterwards, in an instance that is thrown away.
 */

import {invariant} from '../../base/invariant.js'

export interface PythonMethod {
  readonly name: string
  readonly kind: 'query' | 'composite_query' | 'update'
}

export interface PythonCanisterShape {
  readonly methods: readonly PythonMethod[]
  /** Names of hooks that the user defined. */
  readonly hooks: readonly string[]
  readonly candid: string
}

export interface BootedRuntime {
  readonly snapshot: Uint8Array
  readonly shape: PythonCanisterShape
}

/** The user's code failed; `message` is Python's traceback. */
export class PythonCodeFailed extends Error {}

interface RuntimeExports {
  readonly memory: WebAssembly.Memory
  readonly __stack_pointer: WebAssembly.Global
  boot(): void
  allocate(size: number): number
  set_bundle(address: number, size: number): void
  describe(): number
  description_size(): number
}

/** 2026-01-01: what the clock says while a canister is built. */
const BUILD_TIME_NS = 1_767_225_600_000_000_000n

/** `bundle` is JSON of the modules; `print` gets what the code prints. Throws PythonCodeFailed. */
export function bootRuntime(module: WebAssembly.Module, bundle: Uint8Array, print: (line: string) => void): BootedRuntime {
  const bytes = (): Uint8Array => new Uint8Array(runtime.memory.buffer)
  const text = (address: number, size: number): string => new TextDecoder().decode(bytes().slice(address, address + size))
  const instance = new WebAssembly.Instance(module, {ic0: systemAtBuild(module, text, print)})
  const runtime = instance.exports as unknown as RuntimeExports
  const stack = runtime.__stack_pointer.value as number
  runtime.boot()
  const address = runtime.allocate(bundle.length)
  bytes().set(bundle, address)
  runtime.set_bundle(address, bundle.length)
  invariant(runtime.__stack_pointer.value === stack, 'the stack of the Python runtime is not empty after boot')
  const snapshot = bytes().slice()
  const description = runtime.describe()
  return {snapshot, shape: JSON.parse(text(description, runtime.description_size())) as PythonCanisterShape}
}

function systemAtBuild(
  module: WebAssembly.Module,
  text: (address: number, size: number) => string,
  print: (line: string) => void,
): Record<string, (...args: never[]) => unknown> {
  const known: Record<string, (...args: never[]) => unknown> = {
    debug_print: (address: number, size: number) => print(text(address, size)),
    trap: (address: number, size: number) => {
      throw new PythonCodeFailed(text(address, size))
    },
    time: () => BUILD_TIME_NS,
    stable64_size: () => 0n,
  }
  const unavailable = (name: string) => () => {
    throw new PythonCodeFailed(`The code outside of functions calls ic0.${name}, which only works inside a method.`)
  }
  return Object.fromEntries(WebAssembly.Module.imports(module).map(({name}) => [name, known[name] ?? unavailable(name)]))
}
