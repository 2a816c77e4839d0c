/** What takes its time: calls held for ten seconds, and a canister that runs dry. */

import assert from 'node:assert/strict'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {MANAGEMENT_CANISTER_ID, principalToText} from '../../src/protocol/principal.js'
import {invoke, makeCall, program, reply} from '../spec/universal/program.js'
import {envelopeOf, methodContent, send} from '../support/raw-http.js'
import {changeSettings, managementArgument, pause, until, useUniversalNetwork} from '../support/universal-network.js'

interface Status {
  readonly status: object
  readonly cycles: bigint
  readonly module_hash: readonly unknown[]
  readonly settings: {readonly compute_allocation: bigint; readonly controllers: readonly unknown[]}
}

describe('patience', function () {
  this.timeout(120_000)
  const net = useUniversalNetwork()
  let silent: Server
  before(async () => {
    silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  })
  after(() => {
    silent.closeAllConnections()
    silent.close()
  })

  it('a synchronous call is held for ten seconds, and an outcall that is not answered ends after thirty', async () => {
    const canister = await net.install()
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    const request = {url, max_response_bytes: [10n], method: {get: null}, headers: [], body: [], transform: [], is_replicated: []}
    const waiting = makeCall(MANAGEMENT_CANISTER_ID, {
      method: 'http_request',
      cycles: 10_000_000_000n,
      payload: managementArgument('http_request', request),
      onReject: [reply('gave up')],
    })
    const content = methodContent('call', canister, 'update', {arg: program(waiting)})
    const at = `${net.url}/api/v4/canister/${principalToText(canister)}/call`
    const started = Date.now()
    const answer = await send(at, envelopeOf(content))
    assert.deepEqual(
      [answer.status, answer.text],
      [202, 'Message did not complete execution and certification within the replica defined timeout.'],
    )
    assert.ok(Date.now() - started >= 9_500 && Date.now() - started < 15_000)
    const again = await send(at, envelopeOf(content))
    assert.deepEqual([again.status, again.text], [202, 'Duplicate request. Message is already being tracked and executed.'])
    await pause(Math.max(0, 32_000 - (Date.now() - started)))
    await until(async () => (await send(at, envelopeOf(content))).status === 200)
  })

  it('a canister that cannot pay for its allocation is uninstalled, and keeps id, status and controllers', async () => {
    const dry = await net.install()
    await net.manage('update_settings', changeSettings(dry, {freezing_threshold: [0n], compute_allocation: [100n]}), dry)
    // What is left is the unused prepayment of the burning message itself: 40 seconds of compute.
    await net.update(dry, invoke('cycles_burn128', (1n << 64n) - 1n, (1n << 64n) - 1n, 0), reply())
    const status = async (): Promise<Status> => (await net.queryManagement('canister_status', {canister_id: dry})) as Status
    assert.ok((await status()).cycles > 0n)
    await until(async () => (await status()).module_hash.length === 0, 80)
    const {cycles, settings, status: kind} = await status()
    assert.deepEqual([cycles, settings.compute_allocation, settings.controllers.length, kind], [0n, 0n, 1, {running: null}])
    const rich = await net.install()
    const topUp = {
      method: 'provisional_top_up_canister',
      payload: managementArgument('provisional_top_up_canister', {canister_id: dry, amount: 10n ** 12n}),
    }
    assert.equal(await net.update(rich, makeCall(MANAGEMENT_CANISTER_ID, {...topUp, onReply: [reply('full')]})), 'full')
    assert.match(await net.update(dry, reply()), /^IC0537: /)
  })
})
