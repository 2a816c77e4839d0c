/** The execution worker: a thread that owns the state. Messages in, messages out; the thinking is `ExecutionCore`'s. */

import {join} from 'node:path'
import {parentPort, workerData} from 'node:worker_threads'
import {gunzipSync} from 'node:zlib'
import {invariant} from '../../base/invariant.js'
import {findCanisterNumber} from '../../protocol/principal.js'
import {initBls} from '../crypto/bls.js'
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
import type {ExecutionSetup, FromExecution, Ready, ToExecution} from './messages.js'

type Read = Extract<ToExecution, {kind: 'query' | 'readState' | 'finishOutcall'}>
type Storing = Extract<ToExecution, {kind: 'checkpoint' | 'forget'}>

const port = parentPort
invariant(port, 'execution.worker is started as a worker thread')

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
    runtime: {gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength})},
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
  return newState({subnetId, timeNs: genesis.createdAtNs, nextCanisterNumber: findCanisterNumber(allocationRange.first)!})
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
      return execute(core, message)
    case 'certified':
      core.certified(message.height, message.signature)
      if (core.isCertified) for (const read of waiting.splice(0)) answer(core, read)
      return
    case 'filter':
      post({kind: 'verdict', id: message.id, verdict: core.filter(message.ingress)})
      return
    case 'query':
    case 'readState':
    case 'finishOutcall':
      if (core.isCertified) answer(core, message)
      else waiting.push(message)
      return
  }
}

function answer(core: ExecutionCore, read: Read): void {
  const {id} = read
  switch (read.kind) {
    case 'query':
      return post({kind: 'answer', id, answer: core.query(read.request, read.nowNs)})
    case 'readState':
      return post({kind: 'answer', id, answer: core.readState(read.request, read.nowNs)})
    case 'finishOutcall':
      return post({kind: 'outcallFinished', id, payload: core.finishOutcall(read.request, read.result)})
  }
}

/** Nothing may be executed after this: the state could be half changed. */
function fail(error: unknown): void {
  const {message, stack, code = '', hints = []} = error as Error & {code?: string; hints?: readonly string[]}
  post({kind: 'failed', error: {code, message, hints, ...(stack === undefined ? {} : {stack})}})
  port!.close()
}

main().catch(fail)
