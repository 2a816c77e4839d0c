import assert from 'node:assert/strict'
import {describeError, shortenMessage} from '../../../../src/replica/canister/error-text.js'
import {idOf} from '../makers.js'

const ID = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'

describe('describeError', () => {
  it('is the description alone where there is no advice', () =>
    assert.equal(
      describeError(idOf(0), {errorCode: 'IC0504', description: 'Canister violated contract: x'}),
      `Error from Canister ${ID}: Canister violated contract: x`,
    ))

  it('puts the backtrace between description and advice', () =>
    assert.match(
      describeError(idOf(0), {errorCode: 'IC0502', description: 'Canister trapped: unreachable', backtrace: ['inner', 'outer']}),
      /^Error from Canister bnz7o-iuaaa-aaaaa-qaaaa-cai: Canister trapped: unreachable\nCanister Backtrace:\ninner\nouter\n\.\nConsider [^\n]+$/,
    ))

  it('does not double the full stop', () =>
    assert.match(describeError(idOf(0), {errorCode: 'IC0536', description: "Canister has no update method 'x'."}), /'x'\.\nCheck /))
})

describe('shortenMessage', () => {
  it('leaves 8 KiB alone', () => assert.equal(shortenMessage('x'.repeat(8_192)).length, 8_192))

  it('takes the middle out of more, and breaks no character', () => {
    const text = shortenMessage(`a${'ä'.repeat(5_000)}z`)
    assert.ok(Buffer.byteLength(text) <= 8_192)
    assert.match(text, /^aä+\.\.\.ä+z$/)
  })
})
