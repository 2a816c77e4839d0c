import assert from 'node:assert/strict'
import {parseDid} from '../../../src/candid/did.js'
import {printArgs} from '../../../src/candid/print.js'
import {findMethod} from '../../../src/candid/types.js'
import {assistArgument} from '../../../src/operations/assist-argument.js'
import {makeRandomArgument} from '../../../src/operations/random-argument.js'
import {SILENT} from '../../../src/operations/reporter.js'

const did = parseDid(`service : {
  pay : (record { to : principal; amount : nat; memo : opt text; tags : vec text; urgent : bool; data : blob }) -> ();
  pick : (variant { none; some : nat8 }, nat) -> ();
}`)
const expected = (name: string) => ({types: findMethod(did, name)!.args, env: did.types})

/** Answers the questions in order; every answer must be used. */
async function assist(method: string, answers: readonly string[]) {
  const left = [...answers]
  const warnings: string[] = []
  const questions: string[] = []
  const ask = async (question: string): Promise<string> => {
    questions.push(question)
    return left.shift() ?? assert.fail(`no answer for '${question}'`)
  }
  const reporter = {...SILENT, warn: (text: string) => void warnings.push(text)}
  const values = await assistArgument({...expected(method), ask, reporter})
  assert.deepEqual(left, [])
  return {text: printArgs(expected(method).types, values, did.types), warnings, questions}
}

describe('assistArgument', () => {
  it('asks for every field in turn', async () => {
    // Fields come in the order of their hashes, as Candid prints them.
    const order: Record<string, readonly string[]> = {
      to: ['aaaaa-aa'],
      amount: ['1_000'],
      memo: ['y', 'thanks'],
      tags: ['yes', 'a', 'yes', 'b', 'no'],
      urgent: ['no'],
      data: ['0x00ff'],
    }
    const [record] = expected('pay').types
    const names = record?.kind === 'record' ? record.fields.map(({name}) => name!) : []
    const {text, questions} = await assist(
      'pay',
      names.flatMap((name) => order[name]!),
    )
    assert.match(text, /memo = opt "thanks"/)
    assert.match(text, /tags = vec \{ "a"; "b" \}/)
    assert.match(text, /data = blob "\\00\\ff"/)
    assert.ok(questions.includes('argument.to (principal): '))
  })

  it('asks again after a wrong answer, and says why', async () => {
    const {text, warnings} = await assist('pick', ['any', 'some', '256', '255', 'x', '7'])
    assert.equal(text, '(variant { some = 255 : nat8 }, 7 : nat)')
    assert.equal(warnings.length, 3)
    assert.match(warnings[0]!, /There is no tag 'any'/)
    assert.match(warnings[1]!, /256 is out of range for nat8/)
  })
})

describe('makeRandomArgument', () => {
  it('gives the same values for the same seed, and others for another (planted: a constant would fail)', () => {
    const {types, env} = expected('pay')
    const make = (seed: number): string => printArgs(types, makeRandomArgument({types, env}, '', seed), env)
    assert.equal(make(1), make(1))
    assert.ok(new Set([1, 2, 3, 4, 5].map(make)).size > 1)
  })

  it('chooses from texts that fit', () =>
    assert.deepEqual(makeRandomArgument(expected('pick'), '{ value = Some ["variant { none }", "5", "\\"text\\""] }', 3), [
      {none: null},
      5n,
    ]))

  it('refuses a configuration that it does not know', () =>
    assert.throws(() => makeRandomArgument(expected('pick'), '{ width = 3 }', 1), {code: 'ARGUMENT_INVALID'}))
})
