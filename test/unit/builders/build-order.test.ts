import assert from 'node:assert/strict'
import fc from 'fast-check'
import {planBuildOrder, planBuildSteps} from '../../../src/builders/build-order.js'

const aGraph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges))

describe('planBuildOrder', () => {
  it('puts dependencies first and equals in the order of their names', () =>
    assert.deepEqual(planBuildOrder(['z', 'a', 'b'], aGraph({a: ['c'], b: [], c: [], z: []})), ['c', 'a', 'b', 'z']))
  it('adds only what is needed', () => assert.deepEqual(planBuildOrder(['a'], aGraph({a: ['b'], b: ['c'], c: [], d: []})), ['c', 'b', 'a']))
  it('leaves out what is not in the project', () => assert.deepEqual(planBuildOrder(['a'], aGraph({a: ['gone']})), ['a']))
  it('names a cycle', () =>
    assert.throws(() => planBuildOrder(['x'], aGraph({x: ['a'], a: ['b'], b: ['a']})), {
      code: 'CIRCULAR_DEPENDENCIES',
      message: 'Circular canister dependencies: a -> b -> a',
    }))

  it('orders any graph without cycles', () =>
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({max: 19}), {maxLength: 5}), {minLength: 1, maxLength: 20}), (rows) => {
        const edges = new Map(rows.map((row, i) => [String(i), row.filter((target) => target < i).map(String)]))
        const order = planBuildOrder([...edges.keys()], edges)
        assert.deepEqual([...order].sort(), [...edges.keys()].sort())
        for (const [name, targets] of edges) for (const target of targets) assert.ok(order.indexOf(target) < order.indexOf(name))
      }),
    ))
})

describe('planBuildSteps', () => {
  it('puts what does not depend on each other into one step', () => {
    const graph = aGraph({a: ['c'], b: ['c'], c: [], d: ['a', 'b']})
    assert.deepEqual(planBuildSteps(['c', 'a', 'b', 'd'], graph), [['c'], ['a', 'b'], ['d']])
  })
  it('ignores dependencies that are not built', () => assert.deepEqual(planBuildSteps(['a'], aGraph({a: ['remote']})), [['a']]))
  it('has no step for nothing', () => assert.deepEqual(planBuildSteps([], aGraph({})), []))
})
