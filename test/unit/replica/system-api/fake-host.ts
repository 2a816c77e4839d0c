/** A sandbox without Wasm: a heap of one page, and a record of every charge. */

import assert from 'node:assert/strict'
import type {Principal} from '../../../../src/protocol/principal.js'
import {feesFor} from '../../../../src/replica/cycles/fees.js'
import {HostTrap} from '../../../../src/replica/embedder/errors.js'
import type {HostFunction} from '../../../../src/replica/embedder/types.js'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import type {ExecutionError} from '../../../../src/replica/system-api/errors.js'
import {HOST_FUNCTIONS, type HostFunctionName, type HostFunctionRow} from '../../../../src/replica/system-api/host-functions.js'
import {createImports} from '../../../../src/replica/system-api/imports.js'
import type {ExecutionMode} from '../../../../src/replica/system-api/modes.js'
import {Sandbox, type SandboxHost} from '../../../../src/replica/system-api/sandbox.js'
import type {AccountFacts, CallFacts, CanisterFacts, SandboxInput, SubnetFacts} from '../../../../src/replica/system-api/sandbox-input.js'
import {idOf, START_NS, SUBNET_ID, USER} from '../makers.js'

export interface FakeOptions {
  readonly mode?: ExecutionMode
  readonly canister?: Partial<CanisterFacts>
  readonly account?: Partial<AccountFacts>
  readonly call?: Partial<CallFacts>
  readonly subnet?: Partial<SubnetFacts>
  readonly stable?: PagedMemory
}

export class FakeHost implements SandboxHost {
  readonly info = {hasMemory: true}
  readonly heap = new Uint8Array(65_536)
  readonly charges: number[] = []
  readonly sandbox: Sandbox
  readonly stable: PagedMemory
  readonly #imports: Record<string, HostFunction>

  constructor({mode = 'U', canister, account, call, subnet, stable = new PagedMemory()}: FakeOptions = {}) {
    this.stable = stable
    this.sandbox = new Sandbox(anInput(mode, {canister, account, call, subnet}), this, stable)
    this.#imports = createImports({sandbox: this.sandbox})
  }

  get heapBytes(): number {
    return this.heap.length
  }

  readHeap(pointer: number, length: number): Uint8Array {
    return this.heap.slice(pointer, pointer + length)
  }

  writeHeap(pointer: number, bytes: Uint8Array): void {
    this.heap.set(bytes, pointer)
  }

  charge(instructions: number): void {
    this.charges.push(instructions)
  }

  instructionsUsed(): number {
    return this.charges.reduce((sum, charge) => sum + charge, 0)
  }

  /** Calls a function; gives its result, or the error it ended the execution with. */
  call(name: HostFunctionName, ...args: readonly (number | bigint)[]): unknown {
    try {
      return this.#imports[name]!(...args)
    } catch (error) {
      assert.ok(error instanceof HostTrap, String(error))
      return error.cause as ExecutionError
    }
  }

  /** The error text of a call that must fail. */
  errorOf(name: HostFunctionName, ...args: readonly (number | bigint)[]): string {
    const error = this.call(name, ...args) as ExecutionError
    assert.ok(error?.errorCode, `ic0.${name} was expected to fail`)
    return `${error.errorCode}: ${error.description}`
  }

  /** A number as the engine would pass it: 64-bit parameters as BigInt. */
  asArgument(name: HostFunctionName, position: number, value: number): number | bigint {
    return (HOST_FUNCTIONS[name] as HostFunctionRow).params[position] === 'i64' ? BigInt(value) : value
  }

  put(pointer: number, content: string | Uint8Array): number {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    this.heap.set(bytes, pointer)
    return bytes.length
  }

  /** The 16 bytes at `pointer` as cycles. */
  cyclesAt(pointer: number): bigint {
    const view = new DataView(this.heap.buffer)
    return view.getBigUint64(pointer, true) | (view.getBigUint64(pointer + 8, true) << 64n)
  }
}

type Parts = Omit<FakeOptions, 'mode' | 'stable'>

function anInput(mode: ExecutionMode, {canister, account, call, subnet}: Parts): SandboxInput {
  return {
    mode,
    ...(mode === 'T' && {task: 'heartbeat'}),
    canister: {
      id: idOf(0),
      version: 5n,
      status: 'running',
      isWasm64: false,
      controllers: [USER],
      environmentVariables: [],
      globalTimerNs: 0n,
      wasmMemoryLimitBytes: 0n,
      logBytes: 0,
      freeSlots: new Map(),
      maxFreeSlots: 500,
      account: {
        cycles: 100_000_000_000_000n,
        reservedCycles: 0n,
        reservedCyclesLimit: 5_000_000_000_000n,
        freezingThresholdSeconds: 2_592_000n,
        computeAllocation: 0,
        memoryAllocationBytes: 0n,
        memoryUsageBytes: 1_000_000n,
        messageMemoryBytes: 0n,
        ...account,
      },
      ...canister,
    },
    call: {
      caller: USER as Principal,
      payload: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      isAnswered: false,
      availableCycles: 0n,
      refundedCycles: 0n,
      deadlineNs: 0n,
      earlierInstructions: 0n,
      ...call,
    },
    subnet: {
      id: SUBNET_ID,
      isSystem: false,
      timeNs: START_NS,
      rootKeyDer: new Uint8Array(133).fill(7),
      fees: feesFor({type: 'application', feeNodeCount: 13}),
      messageInstructionLimit: 40_000_000_000n,
      thresholdKeys: ['key_1'],
      ...subnet,
    },
  }
}
