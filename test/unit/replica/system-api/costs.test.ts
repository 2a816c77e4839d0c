import assert from 'node:assert/strict'
import type {HostFunctionName} from '../../../../src/replica/system-api/host-functions.js'
import {ALL_MODES} from '../../../../src/replica/system-api/modes.js'
import {allows, EXPECTED, type ExpectedFunction, parameterCount} from '../../../spec/system-api/function-table.js'
import {FakeHost} from './fake-host.js'

/** The instructions of one call whose sizes are all `size`, and of what the function charges by itself beside the table. */
function chargeOf(name: string, expected: ExpectedFunction, size: number): number {
  const mode = ALL_MODES.find((each) => allows(expected, each))!
  const host = new FakeHost({mode})
  const args = Array.from({length: parameterCount(expected)}, (_, position) => (expected.perByte?.slice(1).includes(position) ? size : 0))
  host.call(name as HostFunctionName, ...args.map((value, position) => host.asArgument(name as HostFunctionName, position, value)))
  return host.charges[0] ?? 0
}

function findWrongCosts(table: Readonly<Record<string, ExpectedFunction>>): string[] {
  return Object.entries(table).flatMap(([name, expected]) => {
    const [factor = 0, ...positions] = expected.perByte ?? []
    return [0, 7].flatMap((size) => {
      const wanted = expected.cost + factor * positions.length * size
      const charged = chargeOf(name, expected, size)
      return charged === wanted ? [] : [`${name} with sizes of ${size}: expected ${wanted}, charged ${charged}`]
    })
  })
}

describe('System API: costs', () => {
  it('charges what the table says, per call and per byte', () => assert.deepEqual(findWrongCosts(EXPECTED), []))

  it('catches a planted price', () =>
    assert.deepEqual(findWrongCosts({time: {...EXPECTED.time!, cost: 501}}), [
      'time with sizes of 0: expected 501, charged 500',
      'time with sizes of 7: expected 501, charged 500',
    ]))

  const logCases = [
    {used: 0, length: 10, charge: 2 * 10 + 50 * 10},
    {used: 4_090, length: 10, charge: 2 * 10 + 50 * 6},
    {used: 0, length: 10_000, charge: 2 * 4_096 + 50 * 4_096},
    {used: 4_096, length: 10_000, charge: 2 * 4_096},
  ]
  for (const {used, length, charge} of logCases)
    it(`charges ${charge} for logging ${length} bytes into a log of ${used}`, () => {
      const host = new FakeHost({mode: 'U', canister: {logBytes: used}})
      host.call('debug_print', 0, length)
      assert.deepEqual(host.charges, [100, charge])
    })

  it('charges 1,000 for each page of stable memory that a message writes first', () => {
    const host = new FakeHost({mode: 'U'})
    host.call('stable64_grow', 1)
    host.charges.length = 0
    host.call('stable64_write', 4_090, 0, 10)
    host.call('stable64_write', 0, 0, 10)
    host.call('stable64_write', 8_192, 0, 1)
    assert.deepEqual(
      host.charges.filter((charge) => charge > 0),
      [30, 2_000, 30, 21, 1_000],
    )
  })
})
