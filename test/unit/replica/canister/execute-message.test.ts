import assert from 'node:assert/strict'
import {appendNumber, getRegister, ic0, op, push, reply, setRegister, trap} from '../../../spec/universal/program.js'
import {answerNumber, answerText, aUniversalCanister, update} from '../../../spec/universal/universal-subnet.js'

describe('executeMessage', () => {
  it('answers an update with its reply', () => assert.equal(answerText(update(aUniversalCanister(), [reply('hello')])), 'hello'))

  it('keeps heap and globals after a success and forgets them after a trap', () => {
    const canister = aUniversalCanister()
    const write = (value: number) => [push(value), setRegister(0), push(value), op('setGlobal')]
    const read = [getRegister(0), op('getGlobal'), op('add'), appendNumber, ic0('msg_reply')]
    update(canister, [...write(20), reply()])
    assert.equal(answerNumber(update(canister, read)), 40n)
    update(canister, [...write(33), trap('never mind')])
    assert.equal(answerNumber(update(canister, read)), 40n)
  })
})
