/** The `ic0` imports of an instance: built once, and bound to whatever execution runs on it through a slot. */

import {invariant} from '../../base/invariant.js'
import type {HostFunction} from '../embedder/types.js'
import {callFunctions} from './functions/calls.js'
import {canisterFunctions} from './functions/canister.js'
import {certifiedDataFunctions} from './functions/certified-data.js'
import {costFunctions} from './functions/costs.js'
import {cyclesFunctions} from './functions/cycles.js'
import {debugFunctions} from './functions/debug.js'
import {messageFunctions} from './functions/message.js'
import {replyFunctions} from './functions/reply.js'
import {stableMemoryFunctions} from './functions/stable-memory.js'
import {timeFunctions} from './functions/time.js'
import {HOST_FUNCTIONS, type HostFunctionName, type HostFunctionRow} from './host-functions.js'
import {modeBit} from './modes.js'
import type {Sandbox} from './sandbox.js'

/** Holds the running execution of an instance. */
export interface SandboxSlot {
  sandbox: Sandbox | undefined
}

// biome-ignore lint/suspicious: parameters are those of the row in HOST_FUNCTIONS, and functions without a result are welcome
type Implementation = (sandbox: Sandbox, ...args: any[]) => number | bigint | void

const IMPLEMENTATIONS: Record<HostFunctionName, Implementation> = {
  ...messageFunctions,
  ...replyFunctions,
  ...callFunctions,
  ...cyclesFunctions,
  ...stableMemoryFunctions,
  ...canisterFunctions,
  ...certifiedDataFunctions,
  ...timeFunctions,
  ...costFunctions,
  ...debugFunctions,
}

/** All of `ic0`: every call charges its cost, checks the mode, and acts on the sandbox in the slot. */
export function createImports(slot: SandboxSlot): Record<string, HostFunction> {
  const imports: Record<string, HostFunction> = {}
  for (const [name, row] of Object.entries(HOST_FUNCTIONS)) imports[name] = bind(slot, name as HostFunctionName, row)
  return imports
}

function bind(slot: SandboxSlot, name: HostFunctionName, {modes, cost}: HostFunctionRow): HostFunction {
  const run = IMPLEMENTATIONS[name]
  const {base, sizes, factor} = cost
  return (...args) => {
    const {sandbox} = slot
    invariant(sandbox, 'system calls are made inside of an execution')
    let instructions = base
    for (const position of sizes) instructions += factor * args[position]
    if (instructions > 0) sandbox.host.charge(instructions)
    if ((modes & modeBit(sandbox.mode)) === 0) throw sandbox.wrongMode(name)
    return run(sandbox, ...args)
  }
}
