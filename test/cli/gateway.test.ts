/** Canisters of the users' own that answer HTTP, on the shipped network: upgrades to update calls, tokens of any type, failures. */

import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {join} from 'node:path'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {connect, type IcAgent} from '../../src/agent/ic-agent.js'
import {installCode} from '../../src/agent/management.js'
import {compileMotoko} from '../../src/builders/motoko/compile-program.js'
import {MotokoCompiler} from '../../src/builders/motoko/compiler.js'
import {readMotokoProgram} from '../../src/builders/motoko/program.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {createCanister} from '../support/agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'

const SOURCE = `
import Blob "mo:core/Blob"; import Text "mo:core/Text"; import Nat "mo:core/Nat"; import Runtime "mo:core/Runtime";
persistent actor {
  type Request = {method : Text; url : Text; headers : [(Text, Text)]; body : Blob; certificate_version : ?Nat16};
  type UpdateRequest = {method : Text; url : Text; headers : [(Text, Text)]; body : Blob};
  type Token = {#left : Nat; #done : {note : ?Text}};
  type Part = {body : Blob; token : ?Token};
  type Response = {status_code : Nat16; headers : [(Text, Text)]; body : Blob; upgrade : ?Bool; streaming_strategy : ?{#Callback : {callback : shared query Token -> async Part; token : Token}}};
  var count = 0;
  func answer(text : Text) : Response = {status_code = 200; headers = [("content-type", "text/plain")]; body = Text.encodeUtf8(text); upgrade = null; streaming_strategy = null};
  public query func http_request(r : Request) : async Response {
    if (r.url == "/trap") Runtime.trap("on purpose");
    if (r.url == "/stream") return {answer("0") with streaming_strategy = ?#Callback {callback = next; token = #left 3 : Token}};
    if (r.method == "POST") return {answer("") with upgrade = ?true};
    answer("read " # Nat.toText(count));
  };
  public func http_request_update(r : UpdateRequest) : async Response {
    if (r.url == "/late") Runtime.trap("in an update");
    count += r.body.size();
    answer("counted " # Nat.toText(count));
  };
  public query func next(token : Token) : async Part = async switch token {
    case (#left n) {{body = Text.encodeUtf8(Nat.toText(n)); token = ?(if (n == 1) #done {note = ?"end"} else #left(n - 1 : Nat))}};
    case (#done {note}) {{body = Text.encodeUtf8(debug_show note); token = null}};
  };
}`

interface Answer {
  readonly status: number
  readonly cause: string | undefined
  readonly text: string
}

describe('the gateway of the shipped network', () => {
  const folder = temporaryFolder()
  const compiler = new MotokoCompiler()
  let network: LocalNetwork
  let agent: IcAgent
  let site: CanisterId

  before(async () => {
    network = await startLocalNetwork(join(folder, 'state'))
    agent = await connect({host: network.url, identity: Ed25519KeyIdentity.generate(), rootKey: 'fetch'})
    site = await createCanister(agent.http)
    writeFileSync(join(folder, 'main.mo'), SOURCE)
    const files = await readMotokoProgram({canister: 'site', root: folder, main: join(folder, 'main.mo'), args: [], packages: new Map()})
    const {artifact} = await compileMotoko(files, {compiler, cache: undefined, siblings: new Map()})
    await installCode(agent, {canisterId: site, mode: {kind: 'install'}, wasm: artifact.wasm, arg: encodeArgs([], [])})
  })
  after(async () => {
    await compiler.close()
    await network.stop()
    removeFolder(folder)
  })

  const send = (path: string, {method = 'GET', body = '', raw = true, id = site} = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const {port} = new URL(network.url)
      const headers = {host: `${principalToText(id)}.${raw ? 'raw.' : ''}localhost`, ...(body && {'content-length': body.length})}
      request({host: '127.0.0.1', port, path, method, headers}, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        incoming.on('end', () => resolve({status: incoming.statusCode!, cause: incoming.headers['x-ic-error-cause'] as string, text}))
      })
        .on('error', reject)
        .end(body)
    })

  it('answers a query', async () => assert.equal((await send('/')).text, 'read 0'))
  it('makes an update call when the canister asks for one, whose answer needs no proof', async () => {
    assert.equal((await send('/', {method: 'POST', body: 'abc', raw: false})).text, 'counted 3')
    assert.equal((await send('/')).text, 'read 3')
  })
  it('passes tokens of any type back', async () => assert.equal((await send('/stream')).text, '0321?"end"'))
  it('refuses what the canister does not certify', async () => {
    assert.deepEqual(
      [(await send('/', {raw: false})).status, (await send('/', {raw: false})).cause],
      [503, 'backend_response_verification'],
    )
  })

  const failures: readonly {
    readonly name: string
    readonly ask: () => Promise<Answer>
    readonly status: number
    readonly cause: string
    readonly text: RegExp
  }[] = [
    {name: 'a trap', ask: () => send('/trap'), status: 503, cause: 'canister_error', text: /on purpose/},
    {
      name: 'a trap in an update call',
      ask: () => send('/late', {method: 'POST'}),
      status: 503,
      cause: 'canister_error',
      text: /in an update/,
    },
    {
      name: 'a canister without code',
      ask: async () => send('/', {id: await createCanister(agent.http)}),
      status: 503,
      cause: 'canister_error',
      text: /no Wasm module/i,
    },
    {
      name: 'a canister that does not exist',
      ask: () => send('/', {id: 'ffffffffff9000010101' as CanisterId}),
      status: 404,
      cause: 'canister_not_found',
      text: /not found/,
    },
  ]
  for (const {name, ask, status, cause, text} of failures)
    it(`explains ${name}`, async () => {
      const answer = await ask()
      assert.deepEqual([answer.status, answer.cause], [status, cause], answer.text)
      assert.match(answer.text, text)
    })
})
