/** Digest execution-and-cycles section 6 over HTTP: what messages cost, to the cycle, and what frozen canisters may still do. */

import assert from 'node:assert/strict'
import {type CanisterId, principalToText} from '../../../src/protocol/principal.js'
import {ANY_LOCAL_ID, createCanister, manage} from '../../support/agent-client.js'
import {envelopeOf, methodContent, readMap, send} from '../../support/raw-http.js'
import {changeSettings, managementArgument, useUniversalNetwork} from '../../support/universal-network.js'
import {appendNumber, ic0, invoke, makeCall, op, type Piece, program, push, reply} from '../universal/program.js'
import {universalCanister} from '../universal/universal-canister.js'

const NUMBER_AT = 65_536 - 16

describe('cycles over HTTP', () => {
  const net = useUniversalNetwork()
  let canister: CanisterId
  let other: CanisterId
  before(async () => {
    canister = await net.install()
    other = await net.install()
  })

  const consumed = async (id: CanisterId): Promise<Record<string, bigint>> =>
    ((await net.queryManagement('canister_metrics', {canister_id: id})) as {cycles_consumed: Record<string, bigint>}).cycles_consumed
  const balance = async (id: CanisterId): Promise<bigint> =>
    ((await net.queryManagement('canister_status', {canister_id: id})) as {cycles: bigint}).cycles
  const post = (body: Uint8Array, id: CanisterId) => send(`${net.url}/api/v4/canister/${principalToText(id)}/call`, body)
  /** A 128-bit number that `write` puts at an address, as the reply. */
  const replyCost = (write: Piece): Piece[] => [write, [...push(NUMBER_AT), ...op('load')], appendNumber, ic0('msg_reply')]

  it('an ingress message costs 1.2 M and 2000 a byte of its envelope', async () => {
    for (const size of [0, 1, 1000]) {
      const body = envelopeOf(methodContent('call', canister, 'update', {arg: program(reply('x'.repeat(size)))}))
      const before = await consumed(canister)
      await post(body, canister)
      assert.equal((await consumed(canister)).ingress_induction! - before.ingress_induction!, 1_200_000n + 2000n * BigInt(body.length))
    }
  })

  it('an execution costs 5 M and its instructions', async () => {
    const spend = async (count: number): Promise<bigint> => {
      const before = await consumed(canister)
      await net.update(canister, [...push(count), ...op('burn')], reply())
      return (await consumed(canister)).instructions! - before.instructions!
    }
    const [less, more] = [await spend(1000), await spend(2000)]
    assert.ok(less > 5_000_000n)
    assert.equal((more - less) % 1000n, 0n)
    assert.ok(more - less >= 5000n, `${more - less}`)
  })

  it('a call costs what cost_call says, less what was not used', async () => {
    const payload = program(reply('0123456789'))
    const bytes = await net.updateBytes(canister, ...replyCost(invoke('cost_call', 6, payload.length, NUMBER_AT)))
    const cost = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
    assert.equal(cost, 260_000n + 1000n * BigInt(6 + payload.length) + 1000n * 2_097_152n + 5_000_000n + 40_000_000_000n)
    const before = await consumed(canister)
    await net.update(canister, makeCall(other, {payload, onReply: [reply()]}))
    const transmission = (await consumed(canister)).request_and_response_transmission! - before.request_and_response_transmission!
    assert.equal(transmission, 260_000n + 1000n * BigInt(6 + payload.length) + 1000n * 10n)
  })

  it('all that is consumed is missing from the balance', async () => {
    const total = async (): Promise<bigint> => {
      const spent = Object.values(await consumed(canister)).reduce((sum, each) => sum + each, 0n)
      return spent + (await balance(canister))
    }
    const before = await total()
    await net.update(canister, makeCall(other, {payload: program(reply()), onReply: [reply()]}))
    assert.equal(await total(), before)
  })

  describe('a frozen canister', () => {
    let frozen: CanisterId
    before(async () => {
      frozen = await net.install()
      await net.manage('update_settings', changeSettings(frozen, {freezing_threshold: [(1n << 64n) - 1n]}), frozen)
    })
    const id = (): string => principalToText(frozen)

    it('takes no messages', async () => {
      const stranger = readMap(await post(envelopeOf(methodContent('call', frozen, 'update', {arg: program(reply())})), frozen))
      assert.deepEqual([stranger.get('error_code'), stranger.get('reject_message')], ['IC0207', `Canister ${id()} is out of cycles`])
      const text = await net.update(frozen, reply())
      assert.match(
        text,
        new RegExp(`^IC0207: Canister ${id()} is out of cycles: please top up the canister with at least \\d+ additional cycles$`),
      )
    })

    it('answers no queries', async () => {
      assert.equal(
        await net.query(frozen, [reply()]),
        `IC0207: Canister ${id()} is unable to process query calls because it's frozen. Please top up the canister with cycles and try again.`,
      )
    })

    it('is not called', async () => {
      const text = await net.update(
        canister,
        makeCall(frozen, {onReject: [[...ic0('msg_reject_code'), ...appendNumber], ic0('msg_reply')]}),
      )
      assert.equal(text.charCodeAt(0), 2)
    })

    it('is thawed by a short change of its settings', async () => {
      const args = changeSettings(frozen, {freezing_threshold: [2_592_000n]})
      assert.ok(managementArgument('update_settings', args).length <= 310)
      await manage(net.agent, 'update_settings', args, frozen)
      assert.equal(await net.update(frozen, reply('warm')), 'warm')
    })
  })

  it('fewer than the prepayment refuse an update, not a query', async () => {
    const id = await createCanister(net.agent)
    const poor = (await net.manage(
      'provisional_create_canister_with_cycles',
      {amount: [300_000_000_000n], settings: [], specified_id: [], sender_canister_version: []},
      ANY_LOCAL_ID,
    )) as {canister_id: CanisterId}
    assert.notEqual(poor.canister_id, id)
    const args = {
      mode: {install: null},
      canister_id: poor.canister_id,
      wasm_module: universalCanister(),
      arg: program(),
      sender_canister_version: [],
    }
    assert.match(
      String(await net.manage('install_code', args, poor.canister_id)),
      /^IC0207: Canister installation failed with `Canister .* is out of cycles: please top up/,
    )
    await net.manage('provisional_top_up_canister', {canister_id: poor.canister_id, amount: 10_000_000_000_000n}, poor.canister_id)
    assert.equal(typeof (await net.manage('install_code', args, poor.canister_id)), 'undefined')
    assert.equal(await net.update(poor.canister_id, reply('rich')), 'rich')
  })

  it('planted bug: a charge per byte of the argument alone would be noticed', async () => {
    const body = envelopeOf(methodContent('call', canister, 'update', {arg: program(reply())}))
    const before = await consumed(canister)
    await post(body, canister)
    const paid = (await consumed(canister)).ingress_induction! - before.ingress_induction!
    assert.notEqual(paid, 1_200_000n + 2000n * BigInt(program(reply()).length))
  })
})
