/** The execution worker: a thread that owns the state. Messages in, messages out; the thinking is `ExecutionCore`'s. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parentPort, workerData} from 'node:worker_threads'
import {brotliDecompressSync, gunzipSync} from 'node:zlib'
import {invariant} from '../../base/invariant.js'
import {findCanisterNumber} from '../../protocol/principal.js'
import {initBls} from '../crypto/bls.js'
import {recountMemory} from '../cycles/subnet-memory.js'
import type {TraceEvent} from '../execution/execution-rooms.js'
import {getSubnet} from '../registry/ranges.js'
import {newState} from '../state/new-state.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {CheckpointStore} from '../store/checkpoint-store.js'
import {CHECKPOINT_FOLDER} from '../store/state-folder.js'
import type {Subject} from './careful-rooms.js'
import {loadCheckpoint} from './checkpoint.js'
import {noteExecuting} from './executing-note.js'
import {ExecutionCore} from './execution-core.js'
import {deriveGenesisKeys, type Genesis, type GenesisKeys} from './genesis.js'
import {LanePool} from './lane-pool.js'
import type {Answered, ExecutionSetup, FromExecution, Question, Ready, ToExecution} from './messages.js'
import {decodeSystemCanisters} from './system-canisters/image.js'

type Read = Exclude<Question, {kind: 'filter'}>
/** Posted as one message; measured 2026-11-24, 2 cores: a message from thread to thread costs 50 µs, a signed query without it 95 µs. */
const MAX_ANSWERS = 16

type Storing = Extract<ToExecution, {kind: 'checkpoint' | 'forget'}>

const port = parentPort
invariant(port, 'execution.worker is started as a worker thread')

/** Where long executions go on while this thread answers. */
const lanes = new LanePool()

const post = (message: FromExecution): void => port.postMessage(message)

const setup = workerData as ExecutionSetup

/** Of the batch that is executed. */
const traced: TraceEvent[] = []

/** Reads that came while a batch was executed and not certified yet. */
const waiting: Read[] = []

async function main(): Promise<void> {
  const {genesis, stateFolder, replayFrom} = setup
  const folder = join(stateFolder, CHECKPOINT_FOLDER)
  const [store] = await Promise.all([
    replayFrom === undefined ? CheckpointStore.open(folder) : CheckpointStore.openAt(folder, replayFrom),
    initBls(),
  ])
  const keys = deriveGenesisKeys(genesis)
  const loaded = loadCheckpoint(store) ?? {state: genesisState(genesis, keys), anchor: undefined}
  const core = new ExecutionCore({
    state: loaded.state,
    keys,
    isSaved: loaded.anchor !== undefined,
    runtime: {gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength}), lanes},
    ...(setup.trace && {trace: (event) => traced.push(event)}),
  })
  port!.on('message', (message: ToExecution) => {
    try {
      if (message.kind === 'checkpoint' || message.kind === 'forget') change(core, store, message).catch(fail)
      else receive(core, message)
    } catch (error) {
      fail(error)
    }
  })
  const {height, timeNs} = core.state
  const {rootHash, wholeView: view, nextWake: wake, allOutcalls: outcalls} = core
  post({kind: 'ready', height, timeNs, rootHash, view, wake, outcalls, anchor: loaded.anchor, ...describeFall(store)})
}

function describeFall({fallenBack}: CheckpointStore): Pick<Ready, 'fallenBack'> {
  if (!fallenBack) return {}
  const {damage, fromHeight} = fallenBack
  return {fallenBack: {damage: damage.message, file: damage.file, fromHeight}}
}

function genesisState(genesis: Genesis, {registry, subnetId}: GenesisKeys): ReplicatedState {
  const {allocationRange} = getSubnet(registry, subnetId)
  const timeNs = genesis.createdAtNs
  const state = newState({subnetId, timeNs, nextCanisterNumber: findCanisterNumber(allocationRange.first)!})
  if (genesis.systemCanisters === undefined) return state
  const image = brotliDecompressSync(readFileSync(genesis.systemCanisters))
  for (const canister of decodeSystemCanisters(image, timeNs)) state.canisters.set(canister.id, canister)
  recountMemory(state, state.canisters.keys())
  return state
}

/** A checkpoint is of the state as it is when this is called; batches may go on before it is on disk. */
async function change(core: ExecutionCore, store: CheckpointStore, message: Storing): Promise<void> {
  const {id} = message
  if (message.kind === 'forget') {
    await store.forgetBelow(message.belowHeight)
    return post({kind: 'forgotten', id})
  }
  const input = core.takeCheckpoint(message.anchor)
  await store.write(input)
  post({kind: 'checkpointed', id, height: input.height, kept: store.listKept()})
}

function execute(core: ExecutionCore, {batch, care}: Extract<ToExecution, {kind: 'execute'}>): void {
  const announce = (subject: Subject): void => noteExecuting(setup.stateFolder, batch.height, subject)
  const executed = core.execute(batch, care && {quarantined: care.quarantined, ...(care.isCareful && {announce})})
  post(setup.trace ? {...executed, trace: traced.splice(0)} : executed)
}

function receive(core: ExecutionCore, message: Exclude<ToExecution, Storing>): void {
  switch (message.kind) {
    case 'execute':
      lanes
        .settled()
        .then(() => execute(core, message))
        .catch(fail)
      return
    case 'settle':
      lanes.settled().then(() => post({kind: 'settled', id: message.id}), fail)
      return
    case 'certified':
      core.certified(message.height, message.signature)
      if (core.isCertified) for (const read of waiting.splice(0)) answer(core, read)
      return
    case 'questions':
      for (const question of message.questions) ask(core, question)
      return
  }
}

/** The filter looks at whatever state there is; all else waits for a certified one. */
function ask(core: ExecutionCore, question: Question): void {
  if (question.kind === 'filter') postAnswer(question.id, core.filter(question.ingress, question.use))
  else if (core.isCertified) answer(core, question)
  else waiting.push(question)
}

function answer(core: ExecutionCore, read: Read): void {
  const {id} = read
  switch (read.kind) {
    case 'query':
      return postAnswer(id, core.query(read.request, read.nowNs))
    case 'readState':
      return postAnswer(id, core.readState(read.request, read.nowNs))
    case 'canisters':
      return postAnswer(id, core.listCanisters())
    case 'finishOutcall':
      return postAnswer(id, core.finishOutcall(read.request, read.result))
  }
}

/** Answers that leave together when the inbox is empty, or there are enough of them. */
let outbox: Answered[] = []

function postAnswer(id: number, value: Answered['value']): void {
  if (outbox.push({id, value}) === 1) setImmediate(postAnswers)
  if (outbox.length === MAX_ANSWERS) postAnswers()
}

function postAnswers(): void {
  if (outbox.length > 0) post({kind: 'answers', answers: outbox})
  outbox = []
}

/** Nothing may be executed after this: the state could be half changed. */
function fail(error: unknown): void {
  const {message, stack, code = '', hints = []} = error as Error & {code?: string; hints?: readonly string[]}
  post({kind: 'failed', error: {code, message, hints, ...(stack === undefined ? {} : {stack})}})
  port!.close()
}

main().catch(fail)
