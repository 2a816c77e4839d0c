import assert from 'node:assert/strict'
import {encodeUtf8} from '../../../src/base/bytes.js'
import {type CallOptions, callCanister} from '../../../src/operations/call.js'
import {deploy} from '../../../src/operations/deploy.js'
import {canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'
import {WASM_HEADER} from '../../../src/wasm/constants.js'
import {addCustomSection} from '../../../src/wasm/sections.js'
import {FakeNetwork} from '../agent/fake-network.js'
import {aProject, type TestProject, withoutQueryVerification} from './a-context.js'

const DID = `type r = record { name : text; n : nat };
service : { greet : (text) -> (text) query; change : (nat) -> (nat); rec : (r) -> (r); fail : () -> () }
`
const PUBLISHED = addCustomSection(WASM_HEADER, 'icp:public candid:service', encodeUtf8(DID))

describe('callCanister', () => {
  const network = new FakeNetwork()
  let project: TestProject
  withoutQueryVerification()

  before(async () => {
    const custom = (wasm: string) => ({type: 'custom', wasm, candid: 'out.did', build: []})
    project = aProject(
      await network.start(),
      {canisters: {app: custom('published.wasm'), silent: custom('silent.wasm')}},
      {'published.wasm': PUBLISHED, 'silent.wasm': WASM_HEADER, 'out.did': DID, 'own.did': 'service : { greet : (nat) -> (nat) }'},
    )
    await deploy(project.context, {target: undefined, mode: 'auto'})
  })
  beforeEach(() => {
    project.lines.length = 0
  })
  after(async () => {
    project.remove()
    await network.stop()
  })

  const call = (canister: string, method: string, text?: string, more: Partial<CallOptions> = {}) =>
    callCanister(project.context, {
      canister,
      method,
      argument: text === undefined ? undefined : {text, format: 'idl'},
      kind: undefined,
      isAsync: false,
      candidFile: undefined,
      output: 'pp',
      ...more,
    })
  const textOf = async (...args: Parameters<typeof call>) => {
    const report = await call(...args)
    return report.kind === 'answered' ? report.text : report.requestId
  }

  for (const {output, shown} of [
    {output: 'pp', shown: '(record { n = 1_337 : nat; name = "x" })'},
    {output: 'idl', shown: '(record { n = 1_337 : nat; name = "x";})'},
  ] as const)
    it(`shows the answer as ${output}, with the names of the published interface`, async () =>
      assert.equal(await textOf('app', 'rec', '(record { name = "x"; n = 1337 })', {output}), shown))

  it('shows bytes and JSON', async () => {
    assert.equal(await textOf('app', 'greet', 'hi', {output: 'raw'}), '4449444c0001710268 69'.replace(' ', ''))
    assert.equal(await textOf('app', 'greet', 'hi', {output: 'json'}), '"hi"')
  })

  it('calls by id, also a canister of nobody', async () =>
    assert.equal(await textOf(principalToText(canisterIdFromNumber(1n)), 'greet', 'hi'), '("hi")'))

  it('takes what was built when the canister publishes nothing, with a warning', async () => {
    assert.equal(await textOf('silent', 'change', '5'), '(5 : nat)')
    assert.match(project.lines.join('\n'), /warn: DEPRECATION WARNING/)
  })

  it('sends inferred types to a method it does not know, with a warning', async () => {
    assert.equal(await textOf('app', 'other', '("x")'), '("x")')
    assert.match(project.lines.join('\n'), /warn: .* sending arguments with inferred types/)
  })

  it('believes a Candid file of the user', async () =>
    assert.equal(await textOf('app', 'greet', '5', {candidFile: `${project.root}/own.did`}), '(5 : nat)'))

  it('refuses to query an update method', () =>
    assert.rejects(call('app', 'change', '5', {kind: 'query'}), {
      code: 'METHOD_MISMATCH',
      message: 'change is an update method, not a query method.',
      hints: ["Run the command without '--query'."],
    }))

  it('gives the request id when it is not to wait', async () => {
    const report = await call('app', 'change', '5', {isAsync: true})
    assert.equal(report.kind, 'submitted')
  })

  it('tells a reject as the cause', async () => {
    await assert.rejects(call('app', 'fail'), (error: Error) => {
      assert.equal(error.message, 'Failed update call.')
      assert.equal((error as Error & {errorCode: string}).errorCode, 'IC0503')
      assert.match((error.cause as Error).message, /reject code CanisterError, reject message Canister trapped: on purpose/)
      return true
    })
  })

  it('calls the management canister with its built-in interface', async () => {
    const id = principalToText(canisterIdFromNumber(1n))
    assert.match(
      await textOf('aaaaa-aa', 'canister_status', `(record { canister_id = principal "${id}" })`),
      /status = variant \{ running \}/,
    )
    await assert.rejects(call('aaaaa-aa', 'raw_rand'), {code: 'METHOD_MISMATCH'})
  })

  it('says that a name is unknown', () => assert.rejects(call('nobody', 'greet', 'x'), {code: 'CANISTER_UNKNOWN'}))
})
