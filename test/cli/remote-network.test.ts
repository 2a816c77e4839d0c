/** A second network presented as a remote one, its root key pinned, behind a path that loses and refuses: nothing is paid twice. */

import assert from 'node:assert/strict'
import {AnonymousIdentity} from '@dfinity/agent'
import {connect, type IcAgent} from '../../src/agent/ic-agent.js'
import {ICP_LEDGER_ID, readBalance, transferTokens} from '../../src/agent/icrc-ledger.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {parseArgs} from '../../src/candid/text.js'
import {payOnce} from '../../src/operations/spending.js'
import {type Principal, principalToText} from '../../src/protocol/principal.js'
import {type Fault, FaultyProxy} from '../support/faulty-proxy.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'

const RECEIVER = `${'0d'.repeat(28)}02` as Principal
const RECEIVER_TEXT = principalToText(RECEIVER)
const AMOUNT = 1_000n

describe('a remote network over a bad path', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  let network: LocalNetwork
  let proxy: FaultyProxy
  let rootKey: Uint8Array
  let url: string
  let agent: IcAgent

  before(async () => {
    network = await startLocalNetwork(folder, ['--system-canisters'])
    rootKey = (await connect({host: network.url, identity: new AnonymousIdentity(), rootKey: 'fetch'})).rootKey
    proxy = new FaultyProxy(network.url)
    url = await proxy.start()
    agent = await connect({host: url, identity: new AnonymousIdentity(), rootKey, isRemote: true})
  })
  after(async () => {
    await proxy.stop()
    await network.stop()
    removeFolder(folder)
  })
  beforeEach(() => {
    proxy.seen.length = 0
    proxy.faults.length = 0
    proxy.latencyMs = 0
  })

  const received = () => readBalance(agent, ICP_LEDGER_ID, {owner: RECEIVER})
  /** A payment without a time: the ledger would make it again and again. */
  const pay = () => {
    const {types, values} = parseArgs(`(record {to = record {owner = principal "${RECEIVER_TEXT}"}; amount = ${AMOUNT} : nat})`)
    return agent.update({canisterId: ICP_LEDGER_ID, method: 'icrc1_transfer', arg: encodeArgs(types, values)})
  }
  const distinctCalls = () => new Set(proxy.calls.map(({body}) => body.toString('hex'))).size

  const paths: readonly {what: string; faults: readonly Fault[]}[] = [
    {what: 'an answer that is lost', faults: ['cut']},
    {what: 'two answers that are lost', faults: ['cut', 'cut']},
    {what: 'a server that is overloaded', faults: [503, 503]},
    {what: 'a limit of requests', faults: [429]},
    {what: 'connections that are refused', faults: ['refuse', 'refuse']},
    {what: 'all of that', faults: ['refuse', 503, 'cut']},
  ]
  for (const {what, faults} of paths)
    it(`pays once in spite of ${what}`, async () => {
      const before = await received()
      proxy.faults.push(...faults)
      await pay()
      assert.equal((await received()) - before, AMOUNT)
      assert.equal(proxy.calls.length, faults.length + 1)
      assert.equal(distinctCalls(), 1, 'every attempt carries the same request id')
    })

  it('pays over a slow path', async () => {
    proxy.latencyMs = 300
    const before = await received()
    await pay()
    assert.equal((await received()) - before, AMOUNT)
  })

  it('catches a client that signs a new request for every attempt (planted)', async () => {
    const before = await received()
    proxy.faults.push('cut', 'none')
    const once = await connect({host: url, identity: new AnonymousIdentity(), rootKey, isRemote: false})
    const {types, values} = parseArgs(`(record {to = record {owner = principal "${RECEIVER_TEXT}"}; amount = ${AMOUNT} : nat})`)
    const call = {canisterId: ICP_LEDGER_ID, method: 'icrc1_transfer', arg: encodeArgs(types, values)}
    await once.update(call).catch(() => once.update(call))
    assert.equal(distinctCalls(), 2)
    assert.equal((await received()) - before, 2n * AMOUNT)
  })

  it('says how to repeat a payment whose fate is unknown, and then pays once', async () => {
    const before = await received()
    proxy.faults.push('cut', 'cut', 'cut', 'cut')
    const context = {reporter: {info: () => {}}, network: () => ({isMainnet: false})} as unknown as Parameters<typeof payOnce>[0]
    const plan = (createdAtNs?: bigint) => ({
      price: 'some ICP',
      createdAtNs,
      pay: (at: bigint) => transferTokens(agent, ICP_LEDGER_ID, {to: {owner: RECEIVER}, amount: AMOUNT, createdAtNs: at}),
    })
    const error = await payOnce(context, plan()).then(
      () => assert.fail('the answer was lost'),
      (thrown: {code: string; hints: readonly string[]}) => thrown,
    )
    assert.equal(error.code, 'PAYMENT_UNCERTAIN')
    const at = BigInt(/--created-at-time (\d+)/.exec(error.hints[0]!)![1]!)
    const again = await payOnce(context, plan(at))
    assert.equal(again.isDuplicate, true)
    assert.equal((await received()) - before, AMOUNT)
  })

  it('does not believe a network with another root key', async () => {
    const other = await connect({host: network.url, identity: new AnonymousIdentity(), rootKey: 'mainnet'})
    await assert.rejects(readBalance(other, ICP_LEDGER_ID, {owner: RECEIVER}), {code: 'CERTIFICATE_INVALID'})
  })
})
