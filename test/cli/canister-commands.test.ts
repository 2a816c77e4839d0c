/** Commands on canisters against the real local network, one for the whole file. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DelegationChain, Ed25519KeyIdentity} from '@dfinity/identity'
import {User} from '../support/user.js'

const MAIN = `import Debug "mo:base/Debug";
actor {
  var count : Nat = 0;
  public query func greet(name : Text) : async Text { "Hello, " # name # "!" };
  public func add(n : Nat) : async Nat { Debug.print("add " # debug_show n); count += n; count };
  public query func order(o : { amount : Nat; memo : ?Text; kind : { #buy; #sell : Int } }) : async Nat { o.amount };
  public shared query ({caller}) func me() : async Principal { caller };
  public query func all(a : ?Nat, b : ?Text) : async Text { debug_show (a, b) };
};
`

describe('commands on canisters', function () {
  this.timeout(120_000)
  const user = new User()
  const project = 'shop'
  const ok = (...args: readonly string[]): string => user.succeed(project, ...args)
  const fails = (exitCode: number, pattern: RegExp, ...args: readonly string[]): void => {
    const outcome = user.run(project, ...args)
    assert.deepEqual([outcome.exitCode, outcome.stdout], [exitCode, ''], outcome.stderr)
    assert.match(outcome.stderr, pattern)
    assert.doesNotMatch(outcome.stderr, /\n\s+at /)
  }
  const words = (...args: readonly string[]): string => {
    const {exitCode, stderr} = user.run(project, ...args)
    assert.equal(exitCode, 0, stderr)
    return stderr
  }
  const balance = (): bigint => BigInt(/^Balance: ([\d_]+)/m.exec(ok('canister', 'status', 'shop'))![1]!.replaceAll('_', ''))

  before(() => {
    mkdirSync(join(user.work, project))
    writeFileSync(join(user.work, project, 'main.mo'), MAIN)
    const canisters = {shop: {main: 'main.mo'}, spare: {main: 'main.mo', dependencies: ['shop']}}
    writeFileSync(join(user.work, project, 'dfx.json'), JSON.stringify({canisters, networks: {local: {bind: '127.0.0.1:0'}}}))
    user.succeed(project, 'start', '--background')
    user.succeed(project, 'deploy', 'shop', '--no-wallet')
  })
  after(() => {
    user.run(project, 'stop')
    user.leave()
  })

  describe('call', () => {
    it('takes Candid, JSON, hexadecimal, files and standard input', () => {
      assert.equal(ok('canister', 'call', 'shop', 'greet', '("you")', '--query'), '("Hello, you!")\n')
      const order = '{"amount": "1_000", "kind": {"sell": -5}}'
      assert.equal(ok('canister', 'call', 'shop', 'order', order, '--type', 'json', '--output', 'json'), '"1_000"\n')
      assert.equal(
        ok('canister', 'call', 'shop', 'greet', '4449444c0001710179', '--type', 'raw', '--output', 'idl'),
        '("Hello, y!",)\n'.replace(',)', ')'),
      )
      writeFileSync(join(user.work, project, 'arg.txt'), '("file")')
      assert.equal(ok('canister', 'call', 'shop', 'greet', '--argument-file', 'arg.txt'), '("Hello, file!")\n')
      const piped = user.runWith({folder: project, input: 'pipe'}, 'canister', 'call', 'shop', 'greet', '--argument-file', '-')
      assert.equal(piped.stdout, '("Hello, pipe!")\n')
    })

    it('makes arguments up and shows them', () => {
      const {stdout, stderr} = user.run(project, 'canister', 'call', 'shop', 'greet', '--random', '{ value = Some ["\\"chosen\\""] }')
      assert.equal(stdout, '("Hello, chosen!")\n')
      assert.match(stderr, /^Sending the following random argument:\n\("chosen"\)\n/)
      assert.equal(user.run(project, 'canister', 'call', 'shop', 'order', '--random', '').exitCode, 0)
    })

    it('fills in what may be left out, and asks for nothing in a script', () => {
      assert.equal(ok('canister', 'call', 'shop', 'all', '--always-assist'), '("(null, null)")\n')
      fails(255, /Expected arguments but found none/, 'canister', 'call', 'shop', 'greet')
    })

    it('tells time and cycles with -v', () => {
      assert.match(
        words('canister', 'call', 'shop', 'add', '(1)', '-v'),
        /^update answered in [\d.]+ ms\ncycles: [\d_]+ \(.*instructions [\d_]+/m,
      )
      assert.match(words('canister', 'call', 'shop', 'greet', 'x', '-v'), /^query answered in [\d.]+ ms$/m)
    })

    it('hands in without waiting, and finds the answer later', () => {
      const outcome = user.run(project, 'canister', 'call', 'shop', 'add', '(0)', '--async', '--update')
      assert.match(outcome.stdout, /^0x[0-9a-f]{64}\n$/)
      assert.match(outcome.stderr, /^Request ID: $/m)
      assert.match(ok('canister', 'request-status', outcome.stdout.trim(), 'shop', '--output', 'idl'), /^\(\d+ : nat\)\n$/)
      fails(2, /64 hexadecimal digits/, 'canister', 'request-status', '0x12', 'shop')
    })

    it('uses the interface of a file', () => {
      writeFileSync(join(user.work, project, 'other.did'), 'service : { greet : (text) -> (text) query }')
      assert.equal(
        ok('canister', 'call', 'shop', 'greet', 'did', '--candid', 'other.did', '--wallet', ok('identity', 'get-wallet').trim()),
        '("Hello, did!")\n',
      )
    })

    it('refuses what needs a wallet or a back door, and two arguments', () => {
      fails(255, /does not support --with-cycles/, 'canister', 'call', 'shop', 'greet', 'x', '--with-cycles', '1')
      fails(255, /does not support --impersonate/, 'canister', 'call', 'shop', 'greet', 'x', '--impersonate', 'aaaaa-aa')
      fails(255, /does not support --impersonate/, 'canister', 'status', 'shop', '--impersonate', 'aaaaa-aa')
      fails(2, /cannot be used with '--random <CONFIG>'/, 'canister', 'call', 'shop', 'greet', 'x', '--random', '')
      fails(255, /field "kind" is missing/, 'canister', 'call', 'shop', 'order', '{"amount": "x"}', '--type', 'json')
    })
  })

  describe('sign and send', () => {
    it('an update: signed here, sent by anybody, its answer certified', () => {
      const report = ok('canister', 'sign', 'shop', 'add', '(5)', '--update', '--expire-after', '2m')
      assert.equal(report, 'Update and request_status message generated at [message.json]\n')
      const message = JSON.parse(readFileSync(join(user.work, project, 'message.json'), 'utf8'))
      assert.deepEqual([message.call_type, message.method_name, message.arg.length], ['update', 'add', 8])
      fails(255, /already exists, please specify a different output file name/, 'canister', 'sign', 'shop', 'add', '(5)')
      const declined = user.run(project, 'canister', 'send', 'message.json')
      assert.equal(declined.exitCode, 255)
      const sent = user.runWith({folder: project, input: 'yes\n'}, 'canister', 'send', 'message.json')
      assert.ok(sent.stdout.includes(`Request ID: ${message.request_id}\n`), sent.stderr)
      assert.match(ok('canister', 'send', 'message.json', '--status'), /^\(\d+ : nat\)\n$/)
    })

    it('a query, under another name', () => {
      assert.equal(
        ok('canister', 'sign', 'shop', 'greet', 'post', '--query', '--file', 'q.json', '--network', 'local'),
        'Query message generated at [q.json]\n',
      )
      assert.equal(ok('canister', 'send', 'q.json', '-y'), '("Hello, post!")\n')
      fails(255, /Can only check request_status on update calls/, 'canister', 'send', 'q.json', '--status')
    })

    it('in the name of somebody who has delegated', async () => {
      const [owner, session] = [Ed25519KeyIdentity.generate(), Ed25519KeyIdentity.generate()]
      const chain = await DelegationChain.create(owner, session.getPublicKey(), new Date(Date.now() + 600_000))
      const seed = Buffer.from(session.getKeyPair().secretKey).subarray(0, 32)
      const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]).toString('base64')
      writeFileSync(join(user.work, project, 'guest.pem'), `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`)
      writeFileSync(join(user.work, project, 'guest.json'), JSON.stringify(chain.toJSON()))
      ok('identity', 'import', 'guest', 'guest.pem', '--delegation', 'guest.json', '--storage-mode', 'plaintext')
      const me = `(principal "${owner.getPrincipal().toText()}")\n`
      assert.equal(ok('canister', 'call', 'shop', 'me', '--identity', 'guest'), me)
      assert.equal(ok('canister', 'call', 'shop', 'me', '--update', '--identity', 'guest'), me)
      ok('canister', 'sign', 'shop', 'me', '--update', '--file', 'me.json', '--identity', 'guest')
      ok('canister', 'send', 'me.json', '-y')
      assert.equal(ok('canister', 'send', 'me.json', '--status'), me)
    })

    it('notices a message that was changed on the way (planted)', () => {
      const file = join(user.work, project, 'message.json')
      const message = JSON.parse(readFileSync(file, 'utf8'))
      const at = message.content.indexOf(Buffer.from('add').toString('hex'))
      writeFileSync(file, JSON.stringify({...message, content: `${message.content.slice(0, at)}6f${message.content.slice(at + 2)}`}))
      fails(255, /signature|Invalid|status 40/i, 'canister', 'send', 'message.json', '-y')
      writeFileSync(file, '{"call_type": "update"}')
      fails(255, /has canister_id|has call_type|a signed message has/, 'canister', 'send', 'message.json', '-y')
      fails(255, /There is no message file/, 'canister', 'send', 'nowhere.json')
    })
  })

  describe('settings', () => {
    const status = (name = 'shop'): string => ok('canister', 'status', name)

    it('are changed one by one', () => {
      words(
        ...[
          'canister',
          'update-settings',
          'shop',
          '--compute-allocation',
          '1',
          '--memory-allocation',
          '200 MiB',
          '--freezing-threshold',
          '9days',
        ],
        ...[
          '--reserved-cycles-limit',
          '6T',
          '--wasm-memory-limit',
          '2 GiB',
          '--wasm-memory-threshold',
          '1 MiB',
          '--log-visibility',
          'public',
        ],
      )
      const text = status()
      for (const line of [
        'Compute allocation: 1 %',
        'Memory allocation: 209_715_200 Bytes',
        'Freezing threshold: 777_600 Seconds',
        'Reserved cycles limit: 6_000_000_000_000 Cycles',
        'Wasm memory limit: 2_147_483_648 Bytes',
        'Wasm memory threshold: 1_048_576 Bytes',
        'Log visibility: public',
      ])
        assert.ok(text.split('\n').includes(line), `${line} in\n${text}`)
      words('canister', 'update-settings', 'shop', '-c', '0', '--memory-allocation', '0')
    })

    it('ask for confirmation of odd freezing thresholds', () => {
      fails(255, /defined in SECONDS/, 'canister', 'update-settings', 'shop', '--freezing-threshold', '60000000')
      fails(255, /less than a week/, 'canister', 'update-settings', 'shop', '--freezing-threshold', '5')
      words('canister', 'update-settings', 'shop', '--freezing-threshold', '60000000', '--confirm-very-long-freezing-threshold')
      words('canister', 'update-settings', 'shop', '--freezing-threshold', '5', '--confirm-very-short-freezing-threshold')
    })

    it('add and remove controllers and log viewers; oneself only after a question', () => {
      user.succeed('', 'identity', 'new', 'alice', '--storage-mode', 'plaintext')
      const alice = user.succeed('', 'identity', 'get-principal', '--identity', 'alice').trim()
      words('canister', 'update-settings', 'shop', '--add-controller', 'alice', '--set-log-viewer', alice)
      assert.ok(status().includes(alice))
      assert.match(status(), /^Log visibility: allowed viewers: /m)
      words(
        'canister',
        'update-settings',
        'shop',
        '--add-log-viewer',
        'aaaaa-aa',
        '--remove-log-viewer',
        alice,
        '--remove-controller',
        'alice',
      )
      assert.match(status(), /^Log visibility: allowed viewers: aaaaa-aa$/m)
      fails(
        255,
        /Refusing to remove yourself as a controller without approval/,
        'canister',
        'update-settings',
        'shop',
        '--set-controller',
        alice,
      )
    })

    it('are taken over from another canister, and given at creation', () => {
      words(
        'canister',
        'create',
        'spare',
        '--with-cycles',
        '5T',
        '--controller',
        'default',
        '--freezing-threshold',
        '10days',
        '--log-viewer',
        'aaaaa-aa',
        '--next-to',
        ok('canister', 'id', 'shop').trim(),
      )
      assert.match(status('spare'), /^Freezing threshold: 864_000 Seconds$/m)
      words('canister', 'update-settings', 'spare', '--sync-with', 'shop')
      assert.match(status('spare'), /^Freezing threshold: 5 Seconds$/m)
      words('canister', 'update-settings', 'shop', '--freezing-threshold', '30days', '--log-visibility', 'controllers')
    })
  })

  it('logs: the last, since when, as JSON', () => {
    for (const n of [1, 2, 3]) ok('canister', 'call', 'shop', 'add', `(${n})`)
    assert.match(ok('canister', 'logs', 'shop', '--tail', '2'), /^\[\d+\. [^\]]+\]: add 2\n\[\d+\. [^\]]+\]: add 3\n$/)
    assert.match(ok('canister', 'logs', 'shop', '--since', '1h'), /add 1/)
    assert.equal(ok('canister', 'logs', 'shop', '--since-time', '2100-01-01T00:00:00Z'), '')
    assert.equal(JSON.parse(ok('canister', 'logs', 'shop', '--tail', '1', '--json')).length, 1)
    fails(2, /--since-time/, 'canister', 'logs', 'shop', '--since-time', 'soon')
  })

  it('metadata, url and id', () => {
    assert.match(ok('canister', 'metadata', 'shop', 'candid:service'), /greet: \(name: text\) -> \(text\) query/)
    assert.match(ok('canister', 'url', 'shop'), /^http:\/\/127\.0\.0\.1:\d+\/_\/candid\?id=/)
    const id = ok('canister', 'id', 'shop')
    ok('canister', 'set-id', 'copy', id.trim())
    assert.equal(ok('canister', 'id', 'copy'), id)
  })

  describe('snapshots', () => {
    const take = (...args: readonly string[]): string => {
      ok('canister', 'stop', 'shop')
      const said = words('canister', 'snapshot', 'create', 'shop', ...args)
      ok('canister', 'start', 'shop')
      return /^Created a new snapshot of canister shop\. Snapshot ID: ([0-9a-f]+)$/m.exec(said)![1]!
    }
    const count = (): string => ok('canister', 'call', 'shop', 'add', '(0)')
    const load = (id: string): void => {
      ok('canister', 'stop', 'shop')
      ok('canister', 'snapshot', 'load', 'shop', id)
      ok('canister', 'start', 'shop')
    }

    it('bring the state back', () => {
      assert.match(words('canister', 'snapshot', 'list', 'shop'), /^No snapshots found in canister shop$/m)
      const id = take()
      const before = count()
      ok('canister', 'call', 'shop', 'add', '(100)')
      load(id)
      assert.equal(count(), before)
      assert.match(ok('canister', 'snapshot', 'list', 'shop'), new RegExp(`^${id}: [\\d.]+ MiB, taken at `))
    })

    it('travel as files, byte for byte', () => {
      const [{snapshot}] = JSON.parse(ok('canister', 'snapshot', 'list', 'shop', '--json'))
      mkdirSync(join(user.work, project, 'backup'))
      ok('canister', 'snapshot', 'download', 'shop', snapshot, '--dir', 'backup', '--concurrency', '2')
      assert.deepEqual(readdirSync(join(user.work, project, 'backup')).sort(), [
        'metadata.json',
        'stable_memory.bin',
        'wasm_chunk_store',
        'wasm_memory.bin',
        'wasm_module.bin',
      ])
      fails(255, /is not empty/, 'canister', 'snapshot', 'download', 'shop', snapshot, '--dir', 'backup')
      ok('canister', 'snapshot', 'download', 'shop', snapshot, '--dir', 'backup', '--resume')
      const before = count()
      ok('canister', 'call', 'shop', 'add', '(7)')
      const uploaded = JSON.parse(ok('canister', 'snapshot', 'upload', 'shop', '--dir', 'backup', '--replace', snapshot, '--json')).snapshot
      load(uploaded)
      assert.equal(count(), before)
    })

    it('are replaced and deleted', () => {
      const [{snapshot}] = JSON.parse(ok('canister', 'snapshot', 'list', 'shop', '--json'))
      const next = take('--replace', snapshot)
      ok('canister', 'snapshot', 'delete', 'shop', next)
      assert.equal(ok('canister', 'snapshot', 'list', 'shop'), '')
      fails(255, /not a snapshot id/, 'canister', 'snapshot', 'delete', 'shop', 'latest')
    })

    it('say what is wrong with a folder', () => {
      fails(255, /holds no snapshot/, 'canister', 'snapshot', 'upload', 'shop', '--dir', '.')
      fails(255, /does not exist/, 'canister', 'snapshot', 'download', 'shop', '00', '--dir', 'nowhere')
      fails(2, /--dir <DIR>/, 'canister', 'snapshot', 'upload', 'shop')
    })
  })

  it('generate: declarations without a build', () => {
    words('generate', 'shop')
    const read = (file: string): string => readFileSync(join(user.work, project, 'src', 'declarations', 'shop', file), 'utf8')
    assert.match(read('index.js'), /process\.env\.CANISTER_ID_SHOP;/)
    assert.match(read('shop.did.js'), /'greet' : IDL\.Func\(\[IDL\.Text\], \[IDL\.Text\], \['query'\]\)/)
    assert.match(read('shop.did.d.ts'), /'greet' : ActorMethod<\[string\], string>/)
    assert.match(read('shop.did'), /greet: \(name: text\) -> \(text\) query/)
    fails(255, /not in dfx\.json/, 'generate', 'nobody')
  })

  describe('cycles', () => {
    before(() => void user.run(project, 'canister', 'create', 'spare', '--with-cycles', '5T'))

    it('deposit-cycles says what it does', () => {
      const before = balance()
      assert.match(
        words('canister', 'deposit-cycles', '2T', 'shop'),
        /^Depositing 2000000000000 cycles onto shop\nDeposited 2000000000000 cycles, updated balance: [\d_]+ cycles$/m,
      )
      assert.ok(balance() - before > 1_990_000_000_000n)
      words('canister', 'deposit-cycles', '1B', '--all')
      fails(2, /invalid value 'lots'/, 'canister', 'deposit-cycles', 'lots', 'shop')
      fails(2, /64 hexadecimal digits/, 'canister', 'deposit-cycles', '1', 'shop', '--from-subaccount', 'ff')
    })

    it('delete brings the cycles to another canister', () => {
      const before = balance()
      fails(255, /has not been stopped/, 'canister', 'delete', 'spare')
      const said = words(
        'canister',
        'delete',
        'spare',
        '-y',
        '--withdraw-cycles-to-canister',
        ok('canister', 'id', 'shop').trim(),
        '--initial-margin',
        '80B',
      )
      assert.match(said, /^Transferred about 4_9\d\d_\d+_\d+_\d+ cycles to canister /m)
      assert.ok(balance() - before > 4_800_000_000_000n)
      fails(255, /Cannot find canister id/, 'canister', 'status', 'spare')
      fails(255, /Dank no longer exists/, 'canister', 'delete', 'shop', '--withdraw-cycles-to-dank')
    })
  })
})
