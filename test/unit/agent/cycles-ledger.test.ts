import assert from 'node:assert/strict'
import {AnonymousIdentity} from '@dfinity/agent'
import {createCanisterOnLedger, withdrawCycles} from '../../../src/agent/cycles-ledger.js'
import {connect, type IcAgent} from '../../../src/agent/ic-agent.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {parseArgs} from '../../../src/candid/text.js'
import {parsePrincipal} from '../../../src/protocol/principal.js'
import {FakeNetwork} from './fake-network.js'

const ID = 'ryjl3-tyaaa-aaaaa-aaaba-cai'

describe('createCanisterOnLedger', () => {
  const network = new FakeNetwork()
  let agent: IcAgent
  before(async () => {
    agent = await connect({host: await network.start(), identity: new AnonymousIdentity(), rootKey: 'fetch'})
  })
  after(() => network.stop())

  const create = (reply: string) => {
    const {types, values} = parseArgs(reply)
    network.replies.set('create_canister', encodeArgs(types, values))
    return createCanisterOnLedger(agent, {amount: 3_500_000_000_000n, settings: {}, createdAtNs: 1n})
  }

  it('gives the id of the new canister', async () =>
    assert.equal(await create(`(variant { Ok = record { block_id = 5 : nat; canister_id = principal "${ID}" } })`), parsePrincipal(ID)))
  it('takes the canister of an earlier attempt', async () =>
    assert.equal(
      await create(`(variant { Err = variant { Duplicate = record { duplicate_of = 5 : nat; canister_id = opt principal "${ID}" } } })`),
      parsePrincipal(ID),
    ))
  it('says what is missing', () =>
    assert.rejects(create('(variant { Err = variant { InsufficientFunds = record { balance = 7 : nat } } })'), {
      code: 'LEDGER_REFUSED',
      message: 'The cycles ledger did not create the canister: the account holds 7 cycles, which is not enough.',
    }))
})

describe('withdrawCycles', () => {
  const network = new FakeNetwork()
  let agent: IcAgent
  before(async () => {
    agent = await connect({host: await network.start(), identity: new AnonymousIdentity(), rootKey: 'fetch'})
  })
  after(() => network.stop())

  const withdraw = (reply: string) => {
    const {types, values} = parseArgs(reply)
    network.replies.set('withdraw', encodeArgs(types, values))
    return withdrawCycles(agent, {to: parsePrincipal(ID), amount: 5n, createdAtNs: 1n})
  }

  it('gives the block index', async () =>
    assert.deepEqual(await withdraw('(variant { Ok = 12 : nat })'), {blockIndex: 12n, isDuplicate: false}))
  it('takes the payment of an earlier attempt', async () =>
    assert.deepEqual(await withdraw('(variant { Err = variant { Duplicate = record { duplicate_of = 12 : nat } } })'), {
      blockIndex: 12n,
      isDuplicate: true,
    }))
  it('says why not', () =>
    assert.rejects(withdraw(`(variant { Err = variant { InvalidReceiver = record { receiver = principal "${ID}" } } })`), {
      code: 'LEDGER_REFUSED',
      message: `Invalid receiver: ${ID}.  Make sure the receiver is a canister.`,
    }))
})
