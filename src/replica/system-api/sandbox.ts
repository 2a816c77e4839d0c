/**
 * The system as one execution sees it: made from plain data, changed by `ic0` functions, and read out when the execution has ended.
 *
 * Nothing here reaches the canister's state: a trap drops the sandbox, a success hands over `finish()`; the runtime applies `stable`.
 */

import {principalToText} from '../../protocol/principal.js'
import type {PagedMemory} from '../state/paged-memory.js'
import {Account} from './account.js'
import {CallList} from './call-list.js'
import {contractViolation, failure} from './errors.js'
import {LogBuffer} from './log-buffer.js'
import {describeMode, type ExecutionMode, isReplicated} from './modes.js'
import {ReplyBuffer} from './reply-buffer.js'
import type {SandboxInput} from './sandbox-input.js'
import {StableOverlay} from './stable-overlay.js'
import type {SystemStateChanges} from './system-state-changes.js'

/** What a sandbox needs of the Wasm instance it is bound to. */
export interface SandboxHost {
  readonly info: {readonly hasMemory: boolean}
  /** Logical size of the heap. */
  readonly heapBytes: number
  readHeap(pointer: number, length: number): Uint8Array
  writeHeap(pointer: number, bytes: Uint8Array): void
  /** Takes instructions; ends the execution when there are not enough. */
  charge(instructions: number): void
  instructionsUsed(): number
}

/** Modes in which growing memory is paid for: not those whose changes are dropped, nor callbacks, which may run while frozen. */
const PAYS_FOR_MEMORY: readonly ExecutionMode[] = ['s', 'I', 'G', 'U', 'T']
/** Modes in which `wasm_memory_limit` holds. */
const OBEYS_WASM_MEMORY_LIMIT: readonly ExecutionMode[] = ['s', 'I', 'U']

export class Sandbox {
  readonly account: Account
  readonly calls: CallList
  readonly reply: ReplyBuffer
  readonly log: LogBuffer
  readonly stable: StableOverlay
  certifiedData: Uint8Array | undefined
  globalTimerNs: bigint | undefined
  isMessageAccepted = false
  #dataCertificate: {readonly value: Uint8Array | undefined} | undefined

  constructor(
    readonly input: SandboxInput,
    readonly host: SandboxHost,
    stable: PagedMemory,
  ) {
    this.account = new Account(input.canister.account, input.call.availableCycles, input.subnet)
    this.calls = new CallList(this)
    this.reply = new ReplyBuffer(input.call.isAnswered, isReplicated(input.mode))
    this.log = new LogBuffer(input.canister.logBytes)
    this.stable = new StableOverlay(stable)
  }

  get mode(): ExecutionMode {
    return this.input.mode
  }

  /** The error of a function that the mode does not allow. */
  wrongMode(name: string): Error {
    return contractViolation(`"ic0_${name}" cannot be executed in ${describeMode(this.mode, this.input.task)} mode`)
  }

  /** Copies bytes out of the heap. Throws HostTrap IC0504 for a range outside. */
  readHeap(name: string, source: number, length: number): Uint8Array {
    this.#checkHeapRange(name, source, length)
    return this.host.readHeap(source, length)
  }

  writeHeap(name: string, destination: number, bytes: Uint8Array): void {
    this.#checkHeapRange(name, destination, bytes.length)
    this.host.writeHeap(destination, bytes)
  }

  /** The `x_copy` convention: part of a blob into the heap. */
  copyToHeap(name: string, blob: Uint8Array, destination: number, offset: number, length: number): void {
    if (offset + length > blob.length) throw outOfRange(name, offset, length, blob.length)
    this.#checkHeapRange(name, destination, length)
    this.host.writeHeap(destination, blob.subarray(offset, offset + length))
  }

  /** Cycles in memory: 16 bytes, little endian. */
  writeCycles(name: string, destination: number, cycles: bigint): void {
    const bytes = new Uint8Array(16)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, BigInt.asUintN(64, cycles), true)
    view.setBigUint64(8, cycles >> 64n, true)
    this.writeHeap(name, destination, bytes)
  }

  /** Whether the heap may grow; false makes `memory.grow` return -1. Throws HostTrap IC0507, IC0532, IC0534 or IC0539. */
  growHeap(fromBytes: number, bytes: number): boolean {
    this.#checkWasmMemoryLimit(fromBytes + bytes)
    if (!this.#pays()) this.account.growUnpaid(bytes)
    else if (this.account.lacksMemory(bytes)) throw failure('IC0507', 'Canister cannot grow its memory usage.')
    else this.account.growPaid(bytes)
    return true
  }

  /** Whether stable memory may grow; false makes `stable_grow` return -1. Throws HostTrap IC0532 or IC0534. */
  growStable(bytes: number): boolean {
    if (!this.#pays()) this.account.growUnpaid(bytes)
    else if (this.account.lacksMemory(bytes)) return false
    else this.account.growPaid(bytes)
    this.stable.grow(bytes)
    return true
  }

  /** Made at most once per execution. */
  getDataCertificate(): Uint8Array | undefined {
    this.#dataCertificate ??= {value: this.input.subnet.getDataCertificate?.()}
    return this.#dataCertificate.value
  }

  /** What the execution did, after it has ended well. A call still under construction is dropped. */
  finish(): SystemStateChanges {
    this.calls.dropDraft()
    return {
      answer: this.reply.answer,
      calls: this.calls.performed,
      cycles: this.account.changes,
      certifiedData: this.certifiedData,
      globalTimerNs: this.globalTimerNs,
      isMessageAccepted: this.isMessageAccepted,
    }
  }

  /** The canister's id as texts show it. */
  get canisterText(): string {
    return principalToText(this.input.canister.id)
  }

  #pays(): boolean {
    return PAYS_FOR_MEMORY.includes(this.mode)
  }

  #checkWasmMemoryLimit(wantedBytes: number): void {
    const limit = this.input.canister.wasmMemoryLimitBytes
    if (limit === 0n || !OBEYS_WASM_MEMORY_LIMIT.includes(this.mode)) return
    if (BigInt(wantedBytes) > limit) throw failure('IC0539', wasmMemoryLimitExceeded(limit, wantedBytes))
  }

  #checkHeapRange(name: string, offset: number, length: number): void {
    if (!this.host.info.hasMemory) throw contractViolation('WebAssembly module must define memory')
    if (offset + length > this.host.heapBytes) throw outOfRange(name, offset, length, this.host.heapBytes)
  }
}

/** Description of IC0539. */
export function wasmMemoryLimitExceeded(limitBytes: bigint, usedBytes: number): string {
  return (
    `Canister exceeded its current Wasm memory limit of ${limitBytes} bytes. The peak Wasm memory usage was ${usedBytes} bytes. ` +
    'If the canister reaches 4GiB, then it may stop functioning and may become unrecoverable. ' +
    'Please reach out to the canister owner to investigate the reason for the increased memory usage. ' +
    'It might be necessary to move data from the Wasm memory to stable memory. ' +
    'If such high Wasm memory usage is expected and safe, then the developer can increase the Wasm memory limit in the canister settings'
  )
}

function outOfRange(name: string, offset: number, length: number, size: number): Error {
  return contractViolation(`ic0.${name}: src=${offset} + length=${length} exceeds the slice size=${size}`)
}
