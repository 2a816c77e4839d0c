import assert from 'node:assert/strict'
import {AnonymousIdentity} from '@dfinity/agent'
import {findMetadataText, readCanisterInfo} from '../../../src/agent/canister-state.js'
import {readCanisterStatus} from '../../../src/agent/canister-status.js'
import {connect, type IcAgent} from '../../../src/agent/ic-agent.js'
import {installCode, provisionalCreateCanister} from '../../../src/agent/management.js'
import {encodeUtf8, equalBytes} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'
import {ANONYMOUS_PRINCIPAL, type CanisterId, canisterIdFromNumber} from '../../../src/protocol/principal.js'
import {WASM_HEADER} from '../../../src/wasm/constants.js'
import {addCustomSection} from '../../../src/wasm/sections.js'
import {FakeNetwork} from './fake-network.js'

const MODULE = addCustomSection(WASM_HEADER, 'icp:public candid:service', encodeUtf8('service : {}'))

describe('IcAgent', () => {
  let network: FakeNetwork
  let agent: IcAgent
  let id: CanisterId

  before(async () => {
    network = new FakeNetwork()
    const host = await network.start()
    agent = await connect({host, identity: new AnonymousIdentity(), rootKey: 'fetch', verifyQueries: false})
    id = await provisionalCreateCanister(agent, {
      amount: 5n,
      settings: {},
      specifiedId: undefined,
      effectiveCanisterId: canisterIdFromNumber(0n),
    })
    await installCode(agent, {canisterId: id, mode: {kind: 'install'}, wasm: MODULE, arg: encodeUtf8('DIDL\0\0')})
  })
  afterEach(() => {
    network.isForging = false
  })
  after(() => network.stop())

  it('creates and installs, and reads back what the network certifies', async () => {
    const info = await readCanisterInfo(agent, id)
    assert.deepEqual(info.controllers, [ANONYMOUS_PRINCIPAL])
    assert.ok(equalBytes(info.moduleHash!, sha256(MODULE)))
    assert.equal(await findMetadataText(agent, id, 'candid:service'), 'service : {}')
    assert.equal(await findMetadataText(agent, id, 'nothing'), undefined)
    assert.equal((await readCanisterStatus(agent, id)).cycles, 5n)
  })

  it('gives the reply of an update and of a query', async () => {
    const call = {canisterId: id, method: 'echo', arg: encodeUtf8('bytes')}
    assert.deepEqual(await agent.update(call), encodeUtf8('bytes'))
    assert.deepEqual(await agent.query(call), encodeUtf8('bytes'))
  })

  it('submits without waiting and names the request', async () =>
    assert.match(await agent.submit({canisterId: id, method: 'echo', arg: encodeUtf8('x')}), /^[0-9a-f]{64}$/))

  for (const kind of ['update', 'query'] as const)
    it(`tells the reject of a ${kind} with its code`, () =>
      assert.rejects(agent[kind]({canisterId: id, method: 'fail', arg: new Uint8Array()}), {
        code: 'CALL_REJECTED',
        errorCode: 'IC0503',
        message:
          'The replica returned a rejection error: reject code CanisterError, reject message Canister trapped: on purpose, error code Some("IC0503")',
      }))

  it('says that a canister does not exist', () =>
    assert.rejects(readCanisterInfo(agent, canisterIdFromNumber(77n)), {code: 'CALL_REJECTED', errorCode: 'IC0301'}))

  it('catches a forged answer (planted)', async () => {
    network.isForging = true
    await assert.rejects(agent.update({canisterId: id, method: 'echo', arg: encodeUtf8('x')}), {code: 'CERTIFICATE_INVALID'})
    await assert.rejects(readCanisterInfo(agent, id), {code: 'CERTIFICATE_INVALID'})
  })

  it('says what to type when nothing answers', () =>
    assert.rejects(connect({host: 'http://127.0.0.1:9', identity: new AnonymousIdentity(), rootKey: 'fetch', startHint: 'Type this.'}), {
      code: 'NETWORK_UNREACHABLE',
      hints: ['Type this.'],
    }))
})
