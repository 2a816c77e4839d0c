/**
 * Runs the batch scenario in a process of its own, for other versions and flags of Node, on a thread with the stack of an execution worker:
 * prints its version and the result as JSON.
 */

import {isMainThread, Worker, workerData} from 'node:worker_threads'
import {LanePool} from '../../src/replica/node/lane-pool.js'
import {aRuntime} from '../spec/universal/universal-subnet.js'
import {runScenario} from './batch-scenario.js'

if (isMainThread) new Worker(new URL(import.meta.url), {workerData: process.argv.slice(2).map(Number), resourceLimits: {stackSizeMb: 64}})
else {
  const [seed, rounds, canisters] = workerData as [number, number, number]
  const lanes = new LanePool()
  const result = runScenario({seed, rounds, canisters, runtime: aRuntime({lanes}), hasLargeStack: true})
  lanes.close()
  console.log(JSON.stringify({version: process.version, ...result}))
}
