/** The answer under construction: one per call context, its data gathered by one execution. Digest system-api section 6, "Replying". */

import {concatBytes} from '../../base/bytes.js'
import {contractViolation} from './errors.js'
import {MAX_QUERY_ANSWER_BYTES, MAX_REPLICATED_ANSWER_BYTES} from './limits.js'
import type {SandboxAnswer} from './system-state-changes.js'

export class ReplyBuffer {
  readonly #maxBytes: number
  readonly #parts: Uint8Array[] = []
  #bytes = 0
  #isAnswered: boolean
  #answer: SandboxAnswer | undefined

  constructor(isAnswered: boolean, isReplicated: boolean) {
    this.#isAnswered = isAnswered
    this.#maxBytes = isReplicated ? MAX_REPLICATED_ANSWER_BYTES : MAX_QUERY_ANSWER_BYTES
  }

  /** What this execution answered. */
  get answer(): SandboxAnswer | undefined {
    return this.#answer
  }

  /** Throws HostTrap IC0504 when `bytes` more would be too many. */
  checkRoom(bytes: number): void {
    if (this.#isAnswered) throw contractViolation('ic0.msg_reply_data_append: the call is already replied.')
    const total = this.#bytes + bytes
    if (total > this.#maxBytes) throw tooLarge('msg_reply_data_append', total, this.#maxBytes)
  }

  append(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#bytes += bytes.length
  }

  sendReply(): void {
    this.#close('msg_reply')
    this.#answer = {kind: 'reply', data: concatBytes(...this.#parts)}
  }

  /** Throws HostTrap IC0504 for a text that is too long or comes too late. */
  checkReject(bytes: number): void {
    if (this.#isAnswered) throw alreadyReplied('msg_reject')
    if (bytes > this.#maxBytes) throw tooLarge('msg_reject', bytes, this.#maxBytes)
  }

  sendReject(message: string): void {
    this.#close('msg_reject')
    this.#answer = {kind: 'reject', message}
  }

  #close(name: string): void {
    if (this.#isAnswered) throw alreadyReplied(name)
    this.#isAnswered = true
  }
}

function alreadyReplied(name: string): Error {
  return contractViolation(`ic0.${name}: the call is already replied`)
}

function tooLarge(name: string, bytes: number, maximum: number): Error {
  return contractViolation(`ic0.${name}: application payload size (${bytes}) cannot be larger than ${maximum}.`)
}
