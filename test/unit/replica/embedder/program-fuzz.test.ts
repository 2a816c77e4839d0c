/** Random programs of every kind of control flow against a model: same result, same count, at every host call and at the end. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {Variant} from '../../../../src/replica/embedder/types.js'
import {anInstance, VARIANTS} from './makers.js'
import {encodeProgram, type Instruction, Model, program} from './program-model.js'

function compare(bodies: readonly (readonly Instruction[])[], limit: number, variant: Variant, model = new Model(bodies, limit)): string {
  const ending = model.run()
  const ticks: number[] = []
  const instance = anInstance(encodeProgram(bodies), {variant, imports: {tick: () => ticks.push(instance.instructionsUsed())}})
  instance.begin(limit)
  const outcome = instance.callExport('run')
  assert.equal(outcome.kind === 'trap' ? outcome.trap : outcome.kind, ending)
  assert.deepEqual(
    ticks,
    model.ticks.map((used) => Math.min(used, limit)),
    'at host calls',
  )
  const isStale = ending === 'integer division by 0' && variant === 'local'
  if (!isStale) assert.equal(instance.instructionsUsed(), Math.min(model.used, limit), 'at the end')
  assert.deepEqual(
    instance.exportGlobals().map(({bits}) => Number(BigInt.asIntN(32, bits))),
    model.globals,
  )
  return ending
}

describe('random programs', () => {
  for (const variant of VARIANTS)
    it(`run and count as the model does, variant ${variant}`, () => {
      const endings = new Map<string, number>()
      fc.assert(
        fc.property(program, fc.oneof(fc.constant(20_000), fc.nat(300)), (bodies, limit) => {
          const ending = compare(bodies, limit, variant)
          endings.set(ending, (endings.get(ending) ?? 0) + 1)
        }),
        {numRuns: 400},
      )
      // All kinds of endings were met, or the programs prove little.
      assert.deepEqual([...endings.keys()].sort(), ['integer division by 0', 'ok', 'outOfInstructions', 'unreachable'])
    })

  it('would not pass if an entry were not charged', () => {
    class Forgetful extends Model {
      override run() {
        const ending = super.run()
        this.used -= 1
        return ending
      }
    }
    const bodies: Instruction[][] = [[]]
    compare(bodies, 100, 'local')
    assert.throws(() => compare(bodies, 100, 'local', new Forgetful(bodies, 100)))
  })
})
