import assert from 'node:assert/strict'
import fc from 'fast-check'
import {decodeArgs} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {managementInterface} from '../../../src/candid/management.js'
import {randomArgs} from '../../../src/candid/random.js'
import {resolveType} from '../../../src/candid/types.js'
import {anyType} from './arbitrary.js'

describe('randomArgs', () => {
  it('gives values of the type, the same for the same seed', () =>
    fc.assert(
      fc.property(anyType, fc.nat(), (type, seed) => {
        const values = randomArgs([type], seed)
        assert.deepEqual(decodeArgs(encodeArgs([type], values), [type]), values)
        assert.deepEqual(randomArgs([type], seed), values)
      }),
      {numRuns: 500},
    ))

  it('gives arguments for every management method', () => {
    const {types: env, service} = managementInterface()
    for (const {name, type} of service!.methods) {
      const resolved = resolveType(type, env)
      assert.equal(resolved.kind, 'func', name)
      if (resolved.kind === 'func') encodeArgs(resolved.args, randomArgs(resolved.args, 7, env), env)
    }
  })

  it('ends for recursive types', () => {
    const {types: env} = parseDid(
      'type Tree = variant { leaf : nat; node : record { Tree; Tree } }; type Rose = record { vec Rose; opt Rose }',
    )
    for (let seed = 0; seed < 200; seed++)
      randomArgs(
        [
          {kind: 'var', name: 'Tree'},
          {kind: 'var', name: 'Rose'},
        ],
        seed,
        env,
      )
  })

  it('refuses types without values', () => {
    const {types: env} = parseDid('type Loop = record { Loop }; type V = variant { a : Loop }')
    for (const name of ['Loop', 'V']) assert.throws(() => randomArgs([{kind: 'var', name}], 1, env), {code: 'CANDID_TYPE'})
  })

  it('would notice a generator that forgets its seed (planted bug)', () => {
    const values = Array.from({length: 50}, (_, seed) => randomArgs([{kind: 'nat64'}], seed)[0])
    assert.ok(new Set(values).size > 30)
  })
})
