/** Time, the global timer and instruction counters. */

import {contractViolation} from '../errors.js'
import type {Sandbox} from '../sandbox.js'

export const timeFunctions = {
  time(sandbox: Sandbox): bigint {
    return sandbox.input.subnet.timeNs
  },

  global_timer_set(sandbox: Sandbox, timeNs: bigint): bigint {
    const before = sandbox.globalTimerNs ?? sandbox.input.canister.globalTimerNs
    sandbox.globalTimerNs = BigInt.asUintN(64, timeNs)
    return before
  },

  performance_counter(sandbox: Sandbox, type: number): bigint {
    const used = BigInt(sandbox.host.instructionsUsed())
    if (type === 0) return used
    if (type === 1) return used + sandbox.input.call.earlierInstructions
    throw contractViolation(`Error getting performance counter type ${type >>> 0}`)
  },
}
