import assert from 'node:assert/strict'
import {encodeUtf8} from '../../../src/base/bytes.js'
import {changeCanisters, deleteCanisters} from '../../../src/operations/canister-lifecycle.js'
import {readLogs, renderLogRecord, selectLogs} from '../../../src/operations/canister-logs.js'
import {readMetadata} from '../../../src/operations/canister-metadata.js'
import {readInfo, readStatuses, renderInfo, renderStatus} from '../../../src/operations/canister-status.js'
import {createProjectCanisters} from '../../../src/operations/create-canisters.js'
import {fabricateCycles, topUpCanister} from '../../../src/operations/top-up.js'
import {applyListChange, changeSettings} from '../../../src/operations/update-settings.js'
import {canisterUrls, renderUrls} from '../../../src/operations/urls.js'
import type {NetworkConfig} from '../../../src/project/networks.js'
import {ANONYMOUS_PRINCIPAL, canisterIdFromNumber, type Principal} from '../../../src/protocol/principal.js'
import {FakeNetwork} from '../agent/fake-network.js'
import {aProject, type TestProject, withoutQueryVerification} from './a-context.js'

const CUSTOM = {type: 'custom', wasm: 'out.wasm', candid: 'out.did', build: []}
const NO_CHANGE = {set: [], add: [], remove: []}

describe('operations on canisters', () => {
  withoutQueryVerification()
  const network = new FakeNetwork()
  let project: TestProject
  const all = {name: undefined, all: true}

  beforeEach(async () => {
    network.canisters.clear()
    project = aProject(await network.start(), {canisters: {a: CUSTOM, b: CUSTOM}})
    await createProjectCanisters(project.context, {...all, settings: {}})
    project.lines.length = 0
  })
  afterEach(async () => {
    project.remove()
    await network.stop()
  })

  it('remembers what was created', async () => {
    const [first] = await createProjectCanisters(project.context, {name: 'a', all: false, settings: {}})
    assert.equal(first!.isNew, false)
    assert.deepEqual(project.lines, ['info: a canister was already created and has canister id: rrkah-fqaaa-aaaaa-aaaaq-cai'])
  })

  it('creates with the settings, id and cycles that are wanted', async () => {
    project.write({'dfx.json': JSON.stringify({canisters: {c: {...CUSTOM, specified_id: 'ryjl3-tyaaa-aaaaa-aaaba-cai'}}})})
    project.reload()
    const controller = canisterIdFromNumber(9n)
    await createProjectCanisters(project.context, {name: 'c', all: false, settings: {controllers: [controller]}, withCycles: 7n})
    const created = network.canisters.get(canisterIdFromNumber(2n))!
    assert.deepEqual([created.controllers, created.cycles], [[controller], 7n])
  })

  it('refuses to create a remote canister', async () => {
    project.write({'dfx.json': JSON.stringify({canisters: {r: {...CUSTOM, remote: {id: {local: 'aaaaa-aa'}}}}})})
    project.reload()
    await assert.rejects(createProjectCanisters(project.context, {name: 'r', all: false, settings: {}}), {
      code: 'REMOTE_CANISTER',
      message: "Canister 'r' is a remote canister on network 'local', and cannot be created from here.",
    })
  })

  it('shows the status in the lines that scripts know', async () => {
    const [report] = await readStatuses(project.context, {name: 'a'})
    assert.equal(
      renderStatus(report!),
      [
        'Canister status call result for a.',
        'Status: Running',
        'Controllers: 2vxsx-fae',
        'Memory allocation: 0 Bytes',
        'Compute allocation: 0 %',
        'Freezing threshold: 2_592_000 Seconds',
        'Idle cycles burned per day: 1_234_567 Cycles',
        'Memory Size: 4_096 Bytes',
        'Balance: 100_000_000_000_000 Cycles',
        'Reserved: 0 Cycles',
        'Reserved cycles limit: 5_000_000_000_000 Cycles',
        'Wasm memory limit: 3_221_225_472 Bytes',
        'Wasm memory threshold: 0 Bytes',
        'Module hash: None',
        'Number of queries: 0',
        'Instructions spent in queries: 0',
        'Total query request payload size: 0 Bytes',
        'Total query response payload size: 0 Bytes',
        'Log visibility: controllers',
      ].join('\n'),
    )
    assert.equal(renderInfo(await readInfo(project.context, 'a')), 'Controllers: 2vxsx-fae\nModule hash: None')
  })

  it('stops, starts and deletes; what runs is deleted only with consent', async () => {
    await changeCanisters(project.context, 'stop_canister', {name: 'a'})
    assert.deepEqual(project.lines, ['info: Stopping code for canister a, with canister_id rrkah-fqaaa-aaaaa-aaaaq-cai'])
    await deleteCanisters(project.context, {name: 'a', isAssumed: false, noWithdrawal: false})
    assert.deepEqual(project.questions, [])
    await assert.rejects(deleteCanisters(project.context, {name: 'b', isAssumed: false, noWithdrawal: false}), {code: 'CONSENT_DECLINED'})
    await deleteCanisters(project.context, {name: 'b', isAssumed: true, noWithdrawal: false})
    assert.equal(network.canisters.size, 0)
    assert.throws(() => project.context.canisterIds().get('a'), {code: 'CANISTER_ID_NOT_FOUND'})
  })

  it('gives cycles and tells the new balance', async () => {
    const reports = await fabricateCycles(project.context, {...all, cycles: 5n})
    assert.deepEqual(
      reports.map(({balance}) => balance),
      [100_000_000_000_005n, 100_000_000_000_005n],
    )
  })

  it('tops up without being a controller', async () => {
    const canister = network.canisters.get(canisterIdFromNumber(1n))!
    canister.controllers = []
    assert.equal((await topUpCanister(project.context, {name: 'a', cycles: 5n})).blockIndex, undefined)
    assert.equal(canister.cycles, 100_000_000_000_005n)
  })

  it('adds a controller, and asks before one removes oneself', async () => {
    const other = canisterIdFromNumber(9n)
    const change = {
      settings: {},
      logViewers: NO_CHANGE,
      isAssumed: false,
      confirmsVeryLongFreezing: false,
      confirmsVeryShortFreezing: false,
    }
    await changeSettings(project.context, {...change, name: 'a', controllers: {...NO_CHANGE, add: [other]}})
    assert.deepEqual((await readInfo(project.context, 'a')).controllers, [ANONYMOUS_PRINCIPAL, other])
    const removal = {...change, name: 'a', controllers: {...NO_CHANGE, remove: [ANONYMOUS_PRINCIPAL]}}
    await assert.rejects(changeSettings(project.context, removal), {code: 'CONSENT_DECLINED'})
    await assert.rejects(changeSettings(project.context, {...removal, settings: {freezingThreshold: 5n}}), {code: 'ARGUMENT_INVALID'})
  })

  it('tells who is not a controller', async () => {
    network.canisters.get(canisterIdFromNumber(1n))!.controllers = []
    await assert.rejects(changeCanisters(project.context, 'stop_canister', {name: 'a'}), {code: 'CALL_REJECTED', errorCode: 'IC0512'})
  })

  it('reads logs and says which metadata is missing', async () => {
    const [record] = await readLogs(project.context, 'a', {})
    assert.equal(renderLogRecord(record!), '[1. 2021-05-06T19:17:10.000000002Z]: hello')
    await assert.rejects(readMetadata(project.context, 'a', 'candid:service'), {code: 'METADATA_MISSING'})
  })
})

describe('selectLogs', () => {
  const records = [1n, 2n, 3n].map((index) => ({index, timestampNs: index * 10n, content: encodeUtf8('x')}))
  const indexes = (selection: Parameters<typeof selectLogs>[1]) => selectLogs(records, selection).map(({index}) => index)
  it('takes the last lines', () => assert.deepEqual(indexes({tail: 2}), [2n, 3n]))
  it('takes the lines since a moment', () => assert.deepEqual(indexes({sinceNs: 20n}), [2n, 3n]))
  it('takes the last of those', () => assert.deepEqual(indexes({sinceNs: 10n, tail: 1}), [3n]))
  it('shows bytes that are no text', () =>
    assert.equal(
      renderLogRecord({index: 0n, timestampNs: 0n, content: Uint8Array.of(0xff, 0)}),
      '[0. 1970-01-01T00:00:00.000000000Z]: (bytes) 0xff00',
    ))
})

describe('applyListChange', () => {
  const [a, b, c] = ['aa', 'bb', 'cc'] as unknown as [Principal, Principal, Principal]
  it('keeps the list when nothing is wanted', () => assert.equal(applyListChange([a], NO_CHANGE), undefined))
  it('replaces', () => assert.deepEqual(applyListChange([a], {...NO_CHANGE, set: [b]}), [b]))
  it('adds once and removes', () => assert.deepEqual(applyListChange([a, b], {set: [], add: [b, c], remove: [a]}), [b, c]))
  it('catches a list that would grow without end (planted)', () => assert.deepEqual(applyListChange([a], {...NO_CHANGE, add: [a, a]}), [a]))
})

describe('canisterUrls', () => {
  const id = canisterIdFromNumber(1n)
  const local = {kind: 'local', isMainnet: false} as NetworkConfig
  const render = (url: string, network = local) =>
    renderUrls([
      canisterUrls({name: 'f', id, config: {type: 'assets', hasFrontend: false} as never}, network, url),
      canisterUrls({name: 'b', id, config: undefined}, network, url),
    ])

  it('names two frontend addresses when the network is an IP address', () =>
    assert.equal(
      render('http://127.0.0.1:4943'),
      `URLs:
  Frontend canister via browser:
    f:
      - http://rrkah-fqaaa-aaaaa-aaaaq-cai.localhost:4943/ (Recommended)
      - http://127.0.0.1:4943/?canisterId=rrkah-fqaaa-aaaaa-aaaaq-cai (Legacy)
  Backend canister via Candid interface:
    b: http://127.0.0.1:4943/_/candid?id=rrkah-fqaaa-aaaaa-aaaaq-cai`,
    ))
  it('names one when it is a domain', () =>
    assert.match(render('http://localhost:4943'), / {4}f: http:\/\/rrkah-fqaaa-aaaaa-aaaaq-cai\.localhost:4943\/\n/))
  it('knows mainnet', () =>
    assert.match(
      render('https://icp0.io', {kind: 'remote', isMainnet: true} as NetworkConfig),
      / {4}f: https:\/\/rrkah-fqaaa-aaaaa-aaaaq-cai\.icp0\.io\/\n/,
    ))
})
