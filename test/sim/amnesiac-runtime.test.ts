import assert from 'node:assert/strict'
import {LanePool} from '../../src/replica/node/lane-pool.js'
import {aRuntime} from '../spec/universal/universal-subnet.js'
import {runScenario, type Scenario} from '../support/batch-scenario.js'

const LIFE = {seed: 20_261_124, rounds: 60, canisters: 12}

describe('the runtime of a whole subnet is a cache', function () {
  this.timeout(120_000)
  const lanes = new LanePool()
  after(() => lanes.close())

  it('comes to the same states whether it remembers all, nothing, or one instance, in lanes or without', () => {
    const run = (runtime: Scenario['runtime']) => runScenario({...LIFE, runtime})
    const remembering = run(aRuntime())
    console.log(`      ${process.version}: ${remembering.executions} executions, failures ${JSON.stringify(remembering.failures)}`)
    for (const code of ['IC0502', 'IC0503', 'IC0504']) assert.ok(remembering.failures[code], `some end with ${code}`)
    assert.deepEqual(run(aRuntime({isAmnesiac: true})), remembering)
    assert.deepEqual(run(aRuntime({cacheBytes: 1})), remembering)
    assert.deepEqual(run(aRuntime({lanes})), remembering)
  })

  it('catches the planted bug: an instance that is used for a heap of another version', () => {
    const runtime = aRuntime()
    const {run} = runtime
    runtime.run = (input) => run.call(runtime, {...input, code: {...input.code, heapVersion: 1}})
    assert.notDeepEqual(runScenario({...LIFE, runtime}).hashes, runScenario({...LIFE, runtime: aRuntime()}).hashes)
  })
})
