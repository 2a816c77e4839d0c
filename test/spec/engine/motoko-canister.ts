/** Real modules for the engine: Motoko programs, compiled by moc, with a System API of a few lines. */

import assert from 'node:assert/strict'
import motoko from 'motoko'
import {decodeUtf8Lossy} from '../../../src/base/bytes.js'
import {compileModule} from '../../../src/replica/embedder/compile.js'
import {HostTrap} from '../../../src/replica/embedder/errors.js'
import {instantiate, type WasmInstance} from '../../../src/replica/embedder/instance.js'
import type {
  CompiledModule,
  HostFunction,
  HostFunctionType,
  HostParam,
  HostResult,
  InstanceImage,
  Variant,
} from '../../../src/replica/embedder/types.js'
import {PagedMemory} from '../../../src/replica/state/paged-memory.js'

const compiledPrograms = new Map<string, Uint8Array>()

/** The Wasm of a Motoko program. */
export function compileMotoko(source: string): Uint8Array {
  let wasm = compiledPrograms.get(source)
  if (!wasm) {
    const compiler = motoko as unknown as {
      write(path: string, text: string): void
      wasm(path: string, mode: 'ic'): {readonly wasm: Uint8Array}
    }
    compiler.write('Main.mo', source)
    wasm = compiler.wasm('Main.mo', 'ic').wasm
    compiledPrograms.set(source, wasm)
  }
  return wasm
}

const type = (result: HostResult, ...params: HostParam[]): HostFunctionType => ({params, result})
const copier = type('none', 'size', 'size', 'size')

/** What moc's programs import. */
export const MOTOKO_HOST: ReadonlyMap<string, HostFunctionType> = new Map([
  ['call_data_append', type('none', 'size', 'size')],
  ['call_cycles_add128', type('none', 'i64', 'i64')],
  ['call_with_best_effort_response', type('none', 'i32')],
  ['call_new', type('none', 'size', 'size', 'size', 'size', 'size', 'size', 'size', 'size')],
  ['call_perform', type('i32')],
  ['call_on_cleanup', type('none', 'size', 'size')],
  ['canister_self_copy', copier],
  ['canister_self_size', type('size')],
  ['canister_status', type('i32')],
  ['canister_version', type('i64')],
  ['is_controller', type('i32', 'size', 'size')],
  ['debug_print', type('none', 'size', 'size')],
  ['msg_arg_data_copy', copier],
  ['msg_arg_data_size', type('size')],
  ['msg_caller_copy', copier],
  ['msg_caller_size', type('size')],
  ['msg_cycles_refunded128', type('none', 'size')],
  ['msg_reject_code', type('i32')],
  ['msg_reject_msg_size', type('size')],
  ['msg_reject_msg_copy', copier],
  ['msg_reject', type('none', 'size', 'size')],
  ['msg_reply_data_append', type('none', 'size', 'size')],
  ['msg_reply', type('none')],
  ['performance_counter', type('i64', 'i32')],
  ['trap', type('none', 'size', 'size')],
  ['stable64_write', type('none', 'u64', 'u64', 'u64')],
  ['stable64_read', type('none', 'u64', 'u64', 'u64')],
  ['stable64_size', type('i64')],
  ['stable64_grow', type('i64', 'u64')],
  ['time', type('i64')],
  ['global_timer_set', type('i64', 'i64')],
])

export function compileCanister(wasm: Uint8Array, variant: Variant): CompiledModule {
  const compiled = compileModule(wasm, {hostFunctions: () => MOTOKO_HOST, variant})
  assert.equal(compiled.kind, 'compiled', compiled.kind === 'invalid' ? compiled.message : '')
  return compiled as CompiledModule
}

export interface MessageResult {
  readonly outcome: string
  readonly reply: Uint8Array
  readonly used: number
  readonly pages: readonly number[]
}

/** One canister: its committed state, and the instance that runs it. */
export class MotokoCanister {
  readonly heap = new PagedMemory()
  instance: WasmInstance
  #argument: Uint8Array = new Uint8Array()
  #reply: Uint8Array = new Uint8Array()
  #stablePages = 0n

  constructor(
    readonly compiled: CompiledModule,
    image?: InstanceImage,
  ) {
    this.instance = this.#start(image)
  }

  #start(image?: InstanceImage): WasmInstance {
    return instantiate(this.compiled, this.#imports(), {growMemory: () => true}, image)
  }

  /** Replaces the instance by one made from the committed state. */
  restart(): void {
    this.instance = this.#start({heap: this.heap.clone(), globals: this.instance.exportGlobals()})
  }

  /** Runs an export and commits, or rolls back when told to or when it does not end well. */
  run(name: string, argument: Uint8Array, keep = true): MessageResult {
    this.#argument = argument
    this.#reply = new Uint8Array()
    this.instance.begin(40_000_000_000)
    const outcome = name === 'start' ? this.instance.runStart() : this.instance.callExport(name)
    const used = this.instance.instructionsUsed()
    const isKept = keep && outcome.kind === 'ok'
    const pages = isKept ? this.instance.commit(this.heap) : []
    if (!isKept) this.instance.rollback(this.heap)
    const text = outcome.kind === 'hostTrap' ? String(outcome.cause) : outcome.kind === 'trap' ? outcome.trap : outcome.kind
    return {outcome: text, reply: this.#reply, used, pages}
  }

  #imports(): Record<string, HostFunction> {
    const copyFrom = (bytes: () => Uint8Array) => (target: number, offset: number, size: number) =>
      this.instance.writeHeap(target, bytes().subarray(offset, offset + size))
    const self = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1)
    const known: Record<string, HostFunction> = {
      msg_arg_data_size: () => this.#argument.length,
      msg_arg_data_copy: copyFrom(() => this.#argument),
      msg_caller_size: () => 1,
      msg_caller_copy: copyFrom(() => Uint8Array.of(4)),
      canister_self_size: () => self.length,
      canister_self_copy: copyFrom(() => self),
      canister_status: () => 1,
      canister_version: () => 1n,
      is_controller: () => 1,
      time: () => 1_700_000_000_000_000_000n,
      global_timer_set: () => 0n,
      performance_counter: () => BigInt(this.instance.instructionsUsed()),
      debug_print: () => undefined,
      msg_reply: () => undefined,
      msg_reply_data_append: (source: number, size: number) => {
        this.#reply = new Uint8Array([...this.#reply, ...this.instance.readHeap(source, size)])
      },
      stable64_size: () => this.#stablePages,
      stable64_grow: (pages: number) => {
        this.#stablePages += BigInt(pages)
        return this.#stablePages - BigInt(pages)
      },
      stable64_read: () => undefined,
      stable64_write: () => undefined,
      trap: (source: number, size: number) => {
        throw new HostTrap(decodeUtf8Lossy(this.instance.readHeap(source, size)))
      },
    }
    return Object.fromEntries(
      this.compiled.info.imports.map((name) => [
        name,
        known[name] ??
          (() => {
            throw new HostTrap(`ic0.${name} is not part of this test`)
          }),
      ]),
    )
  }
}

/** Candid arguments and replies by hand. */
export const NO_ARGUMENTS = Uint8Array.from([...new TextEncoder().encode('DIDL'), 0, 0])
export function textArgument(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  return Uint8Array.from([...new TextEncoder().encode('DIDL'), 0, 1, 0x71, bytes.length, ...bytes])
}
export function natReply(value: number): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode('DIDL'), 0, 1, 0x7d, value])
}
