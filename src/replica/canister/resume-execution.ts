/** Goes on with a message or task that was paused in an earlier round, or aborted. */

import type {CanisterState} from '../state/canister-state.js'
import type {ExecutionEnvironment, ExecutionResult} from './environment.js'
import {concludeMethod} from './execute-message.js'
import {concludeCallback, concludeCleanup} from './execute-response.js'
import {pausedResult, resumeExecution} from './long-execution.js'

/** The result when it has ended; time is, to the end, what it was when the execution began. */
export function resumeMessage(canister: CanisterState, env: ExecutionEnvironment): ExecutionResult {
  const resumed = resumeExecution(canister, env)
  if (!resumed) return pausedResult(env)
  const {output, conclusion, timeNs} = resumed
  const then = {...env, timeNs}
  switch (conclusion.kind) {
    case 'call':
    case 'task':
      return concludeMethod(canister, conclusion, output, then)
    case 'callback':
      return concludeCallback(canister, conclusion, output, then)
    case 'cleanup':
      return concludeCleanup(canister, conclusion, output, then)
  }
}
