/** Texts of failed executions. Source: digest system-api section 7; execution-and-cycles section 2, "What a canister caller reads". */

import {decodeUtf8Lossy, encodeUtf8} from '../../base/bytes.js'
import {type CanisterId, principalToText} from '../../protocol/principal.js'
import {MAX_REJECT_MESSAGE_BYTES} from '../state/messages.js'
import type {ExecutionError} from '../system-api/errors.js'

const DOCUMENTATION = 'https://internetcomputer.org/docs/current/references/execution-errors'

interface Advice {
  readonly suggestion: string
  readonly anchor: string
}

const ADVICE: Record<string, Advice> = {
  IC0502: {
    suggestion: 'Consider gracefully handling failures from this canister or altering the canister to handle exceptions.',
    anchor: 'trapped',
  },
  IC0503: {
    suggestion: 'Consider gracefully handling failures from this canister or altering the canister to handle exceptions.',
    anchor: 'trapped-explicitly',
  },
  IC0522: {
    suggestion: 'Try optimizing this canister to use fewer instructions, or split the work over several messages.',
    anchor: 'instruction-limit-exceeded',
  },
  IC0532: {suggestion: 'Top up the canister with more cycles.', anchor: 'insufficient-cycles-in-memory-grow'},
  IC0536: {suggestion: 'Check that the method being called is exported by the target canister.', anchor: 'method-not-found'},
  IC0537: {suggestion: 'Please install code to the canister before calling it.', anchor: 'wasm-module-not-found'},
  IC0539: {
    suggestion: 'Try increasing the `wasm_memory_limit` of the canister, or moving data to stable memory.',
    anchor: 'wasm-memory-limit-exceeded',
  },
}

/** `Error from Canister {id}: {description}`, with backtrace and advice where there are any. */
export function describeError(canisterId: CanisterId, {errorCode, description, backtrace}: ExecutionError): string {
  const stack = backtrace && backtrace.length > 0 ? `\nCanister Backtrace:\n${backtrace.join('\n')}\n` : ''
  const text = `Error from Canister ${principalToText(canisterId)}: ${description}${stack}`
  const advice = ADVICE[errorCode]
  if (!advice) return text
  return `${text}${text.endsWith('.') ? '' : '.'}\n${advice.suggestion} See documentation: ${DOCUMENTATION}#${advice.anchor}`
}

/** A text within the limit of reject messages: a longer one loses its middle. */
export function shortenMessage(text: string): string {
  const bytes = encodeUtf8(text)
  if (bytes.length <= MAX_REJECT_MESSAGE_BYTES) return text
  const half = Math.floor((MAX_REJECT_MESSAGE_BYTES - 3) / 2)
  const end = (at: number) => {
    let edge = at
    while (edge > 0 && (bytes[edge]! & 0xc0) === 0x80) edge--
    return edge
  }
  const start = (at: number) => {
    let edge = at
    while (edge < bytes.length && (bytes[edge]! & 0xc0) === 0x80) edge++
    return edge
  }
  return `${decodeUtf8Lossy(bytes.subarray(0, end(half)))}...${decodeUtf8Lossy(bytes.subarray(start(bytes.length - half)))}`
}
