import assert from 'node:assert/strict'
import {type DeployPlanInput, planDeploy, renderPlan} from '../../../src/operations/plan-deploy.js'
import {canisterIdFromNumber} from '../../../src/protocol/principal.js'

const IDS = new Map([['a', canisterIdFromNumber(1n)]])

/** Canisters `a → b → c`, `lone`, `far` (remote on ic) and `pulled`; only `a` has an id. */
const plan = (more: Partial<DeployPlanInput> = {}) =>
  planDeploy({
    project: {canisters: new Map(['a', 'b', 'c', 'lone', 'far', 'pulled'].map((name) => [name, aCanister(name)]))} as never,
    network: {name: 'local'} as never,
    graph: new Map([
      ['a', ['b', 'pulled']],
      ['b', ['c']],
      ['c', []],
      ['lone', []],
      ['far', []],
      ['pulled', []],
    ]),
    target: undefined,
    mode: 'auto',
    findId: (name) => IDS.get(name),
    ...more,
  })

const aCanister = (name: string) => ({
  name,
  type: name === 'pulled' ? 'pull' : 'motoko',
  remote: name === 'far' ? {ids: {ic: canisterIdFromNumber(9n)}} : undefined,
})
const names = ({canisters}: ReturnType<typeof plan>) => canisters.map(({name}) => name)

describe('planDeploy', () => {
  it('takes all canisters, sorted, and builds dependencies first', () => {
    assert.deepEqual(names(plan()), ['a', 'b', 'c', 'far', 'lone'])
    assert.deepEqual(plan().build, ['c', 'b', 'a', 'far', 'lone'])
  })
  it('takes one canister with what it depends on', () => assert.deepEqual(names(plan({target: 'b'})), ['b', 'c']))
  it('leaves alone what is remote on the network', () => assert.ok(!names(plan({network: {name: 'ic'} as never})).includes('far')))
  it('reinstalls nothing but the target (planted: dependencies would lose their data)', () => {
    const {canisters, build} = plan({target: 'a', mode: 'reinstall'})
    assert.deepEqual(build, ['a'])
    assert.deepEqual(
      canisters.map(({name, willInstall}) => [name, willInstall]),
      [
        ['a', true],
        ['b', false],
        ['c', false],
      ],
    )
  })
  it('refuses to reinstall everything', () => assert.throws(() => plan({mode: 'reinstall'}), {code: 'MODE_INVALID'}))
  it('refuses an unknown target', () => assert.throws(() => plan({target: 'nobody'}), {code: 'CANISTER_NOT_IN_PROJECT'}))

  it('reads as a list of steps', () =>
    assert.equal(
      renderPlan(plan({target: 'a'})),
      `Plan for network local:
  create b
  create c
  build c
  build b
  build a
  install or upgrade a (rrkah-fqaaa-aaaaa-aaaaq-cai)
  install or upgrade b
  install or upgrade c`,
    ))
})
