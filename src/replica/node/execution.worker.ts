/** The execution worker: a thread that owns the state. Messages in, messages out; the thinking is `ExecutionCore`'s. */

import {parentPort, workerData} from 'node:worker_threads'
import {gunzipSync} from 'node:zlib'
import {invariant} from '../../base/invariant.js'
import {findCanisterNumber} from '../../protocol/principal.js'
import {initBls} from '../crypto/bls.js'
import {getSubnet} from '../registry/ranges.js'
import {newState} from '../state/new-state.js'
import {ExecutionCore} from './execution-core.js'
import {deriveGenesisKeys} from './genesis.js'
import {LanePool} from './lane-pool.js'
import type {ExecutionSetup, FromExecution, ToExecution} from './messages.js'

type Read = Extract<ToExecution, {kind: 'query' | 'readState'}>

const port = parentPort
invariant(port, 'execution.worker is started as a worker thread')

/** Where long executions go on while this thread answers. */
const lanes = new LanePool()

const post = (message: FromExecution): void => port.postMessage(message)

/** Reads that came while a batch was executed and not certified yet. */
const waiting: Read[] = []

async function main(): Promise<void> {
  const {genesis} = workerData as ExecutionSetup
  await initBls()
  const keys = deriveGenesisKeys(genesis)
  const {allocationRange} = getSubnet(keys.registry, keys.subnetId)
  const nextCanisterNumber = findCanisterNumber(allocationRange.first)!
  const state = newState({subnetId: keys.subnetId, timeNs: genesis.createdAtNs, nextCanisterNumber})
  const core = new ExecutionCore({state, keys, runtime: {gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength}), lanes}})
  port!.on('message', (message: ToExecution) => {
    try {
      receive(core, message)
    } catch (error) {
      fail(error)
    }
  })
  const {height, timeNs} = core.state
  post({kind: 'ready', height, timeNs, rootHash: core.rootHash, view: core.wholeView, wake: core.nextWake})
}

function receive(core: ExecutionCore, message: ToExecution): void {
  switch (message.kind) {
    case 'execute':
      lanes
        .settled()
        .then(() => post(core.execute(message.batch)))
        .catch(fail)
      return
    case 'settle':
      lanes.settled().then(() => post({kind: 'settled', id: message.id}), fail)
      return
    case 'certified':
      core.certified(message.height, message.signature)
      if (core.isCertified) for (const read of waiting.splice(0)) answer(core, read)
      return
    case 'filter':
      post({kind: 'verdict', id: message.id, verdict: core.filter(message.ingress)})
      return
    case 'query':
    case 'readState':
      if (core.isCertified) answer(core, message)
      else waiting.push(message)
      return
    case 'checkpoint':
      return
  }
}

function answer(core: ExecutionCore, {kind, id, request, nowNs}: Read): void {
  post({kind: 'answer', id, answer: kind === 'query' ? core.query(request, nowNs) : core.readState(request, nowNs)})
}

/** Nothing may be executed after this: the state could be half changed. */
function fail(error: unknown): void {
  const {message, stack, code = '', hints = []} = error as Error & {code?: string; hints?: readonly string[]}
  post({kind: 'failed', error: {code, message, hints, ...(stack === undefined ? {} : {stack})}})
  port!.close()
}

main().catch(fail)
