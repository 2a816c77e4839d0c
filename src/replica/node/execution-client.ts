/** The main thread's side of the execution worker: requests out, promises back. */

import {Worker} from 'node:worker_threads'
import type {OutcallResult} from '../adapters/perform-outcall.js'
import type {CertificateUse} from '../certification/delegations.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {Batch} from '../messaging/batch.js'
import type {Ingress, ResponsePayload} from '../state/messages.js'
import type {HttpOutcall} from '../state/replicated-state.js'
import type {QueryRequest} from './admit-query.js'
import {ExecutionEnded} from './errors.js'
import type {
  CanisterSummary,
  Checkpointed,
  Executed,
  ExecutionSetup,
  FilterVerdict,
  FromExecution,
  Question,
  Ready,
  ReplayCare,
  ToExecution,
} from './messages.js'

/** Deep recursion of canisters happens on this stack: the depth counter of the engine ends it long before. */
const STACK_MB = 64

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

export class ExecutionClient {
  readonly #worker: Worker
  readonly #waiting = new Map<number | 'ready' | 'executed', Waiting>()
  readonly #ready: Promise<Ready>
  #questions: Question[] = []
  #nextId = 0
  #failure: Error | undefined

  /** `onFailure` is told when the worker ends by itself, which it never should. */
  constructor(
    setup: ExecutionSetup,
    private readonly onFailure: (error: Error) => void,
  ) {
    this.#ready = this.#wait('ready')
    // Whoever awaits `ready` sees a failure; until then it must not count as unhandled.
    this.#ready.catch(() => {})
    this.#worker = new Worker(new URL(import.meta.resolve('#entry/replica/node/execution.worker.js')), {
      workerData: setup,
      resourceLimits: {stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 8192},
    })
    this.#worker.on('message', (message: FromExecution) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => this.#fail(new Error(`the execution worker exited with ${code}`)))
  }

  /** The state as it was loaded. */
  ready(): Promise<Ready> {
    return this.#ready
  }

  /** Questions that the worker has not answered yet. */
  get backlog(): number {
    return this.#waiting.size
  }

  /** One batch at a time, each the successor of the one before. */
  execute(batch: Batch, care?: ReplayCare): Promise<Executed> {
    const executed = this.#wait<Executed>('executed')
    this.#post({kind: 'execute', batch, ...(care && {care})})
    return executed
  }

  certified(height: number, signature: Uint8Array): void {
    this.#post({kind: 'certified', height, signature})
  }

  /** Resolves when every long execution has used up its slice: the next round will not wait for one. */
  slicesUsed(): Promise<void> {
    return this.#order((id) => ({kind: 'settle', id}))
  }

  /** `use`: of the certificate, should the message be known and answered already. */
  filter(ingress: Ingress, {scope, effectiveId, delegation}: CertificateUse): Promise<FilterVerdict> {
    return this.#ask((id) => ({kind: 'filter', id, ingress, use: {scope, effectiveId, delegation}}))
  }

  query(request: QueryRequest, nowNs: bigint): Promise<ReadAnswer> {
    return this.#ask((id) => ({kind: 'query', id, request, nowNs}))
  }

  readState(request: ReadRequest, nowNs: bigint): Promise<ReadAnswer> {
    return this.#ask((id) => ({kind: 'readState', id, request, nowNs}))
  }

  listCanisters(): Promise<readonly CanisterSummary[]> {
    return this.#ask((id) => ({kind: 'canisters', id}))
  }

  finishOutcall(request: HttpOutcall, result: OutcallResult): Promise<ResponsePayload> {
    return this.#ask((id) => ({kind: 'finishOutcall', id, request, result}))
  }

  /** Writes a checkpoint of the state as it is now; resolves when it is on disk. */
  checkpoint(anchor: Uint8Array): Promise<Checkpointed> {
    return this.#order((id) => ({kind: 'checkpoint', id, anchor}))
  }

  forgetCheckpoints(belowHeight: number): Promise<void> {
    return this.#order((id) => ({kind: 'forget', id, belowHeight}))
  }

  /** Ends the worker; what was asked and not answered is rejected. */
  async stop(): Promise<void> {
    this.#failure ??= new Error('the network is stopping')
    await this.#worker.terminate()
  }

  /** Something to be done in its turn, and to be told of when it is. */
  #order<T>(build: (id: number) => ToExecution): Promise<T> {
    const id = this.#nextId++
    const done = this.#wait<T>(id)
    this.#post(build(id))
    return done
  }

  /** Leaves with whatever else is asked in this turn of the event loop. */
  #ask<T>(build: (id: number) => Question): Promise<T> {
    const id = this.#nextId++
    const answer = this.#wait<T>(id)
    if (this.#questions.push(build(id)) === 1) setImmediate(() => this.#postQuestions())
    return answer
  }

  #wait<T>(key: number | 'ready' | 'executed'): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => this.#waiting.set(key, {resolve, reject}))
  }

  /** In the order in which things were said. */
  #post(message: ToExecution): void {
    this.#postQuestions()
    this.#worker.postMessage(message)
  }

  #postQuestions(): void {
    if (this.#questions.length === 0) return
    const questions = this.#questions
    this.#questions = []
    this.#worker.postMessage({kind: 'questions', questions} satisfies ToExecution)
  }

  #receive(message: FromExecution): void {
    switch (message.kind) {
      case 'ready':
      case 'executed':
        return this.#settle(message.kind, message)
      case 'answers':
        for (const {id, value} of message.answers) this.#settle(id, value)
        return
      case 'settled':
        return this.#settle(message.id, undefined)
      case 'checkpointed':
        return this.#settle(message.id, message)
      case 'forgotten':
        return this.#settle(message.id, undefined)
      case 'failed':
        return this.#fail(Object.assign(new Error(message.error.message), message.error))
    }
  }

  #settle(key: number | 'ready' | 'executed', value: unknown): void {
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    waiting?.resolve(value as never)
  }

  #fail(cause: unknown): void {
    const isExpected = this.#failure !== undefined
    const error = this.#failure ?? (isFromIcicle(cause) ? (cause as Error) : new ExecutionEnded(cause))
    this.#failure = error
    for (const {reject} of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    if (!isExpected) this.onFailure(error)
  }
}

/** An IcicleError that the worker sent over: a code and hints, no longer its class. */
function isFromIcicle(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'hints' in error && error.code !== ''
}
