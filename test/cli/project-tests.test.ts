import assert from 'node:assert/strict'
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {User} from '../support/user.js'

const CANISTER = `import Timer "mo:core/Timer";
import Time "mo:core/Time";
import Cycles "mo:core/Cycles";
import Prim "mo:prim";

persistent actor {
  var fired : Nat = 0;
  public func ring() : async () {
    ignore Timer.setTimer<system>(#seconds 86_400, func() : async () { fired += 1 });
  };
  public query func rung() : async Nat { fired };
  public query func now() : async Int { Time.now() };
  public query func balance() : async Nat { Cycles.balance() };
  public func tokens(ledger : Text, owner : Principal) : async Nat {
    let canister = actor (ledger) : actor { icrc1_balance_of : ({owner : Principal; subaccount : ?Blob}) -> async Nat };
    await canister.icrc1_balance_of({owner; subaccount = null});
  };
  public query ({caller}) func whoami() : async Principal { caller };
};
`

const TEST = `import assert from 'node:assert/strict'
import {after, before, it} from 'node:test'
import {startNetwork} from 'icicle/testing'

let network, canister
before(async () => {
  network = await startNetwork({ledgers: true})
  canister = await network.deploy('hello_backend')
})
after(() => network.stop())

it('moves time: a timer of a day rings at once', async () => {
  const before = await canister.now()
  await canister.ring()
  await network.advanceTime({hours: 23})
  assert.equal(await canister.rung(), 0n)
  await network.advanceTime({hours: 1, minutes: 1})
  assert.equal(await canister.rung(), 1n)
  assert.ok((await canister.now()) - before >= 86_400n * 1_000_000_000n)
})

it('has calls and a deployment after a jump of a year', async () => {
  await network.advanceTime({days: 365})
  await network.upgrade('hello_backend')
  assert.equal(await canister.rung(), 1n)
})

it('has identities that are the same in every run', async () => {
  const alice = network.identity('alice')
  const asAlice = await network.actor('hello_backend', alice)
  assert.equal(String(await asAlice.whoami()), String(alice.getPrincipal()))
  assert.equal(String(alice.getPrincipal()), 'ALICE')
})

it('funds accounts on the ledgers', async () => {
  const owner = network.identity('bob').getPrincipal()
  await network.fund(owner, {icp: 500_000_000n, cycles: 3_000_000_000_000n})
  await network.fund(owner, {icp: 500_000_000n})
  assert.equal(await canister.tokens('ryjl3-tyaaa-aaaaa-aaaba-cai', owner), 1_000_000_000n)
  assert.equal(await canister.tokens('um5iw-rqaaa-aaaaq-qaaba-cai', owner), 3_000_000_000_000n)
})

it('gives cycles', async () => {
  const before = await canister.balance()
  await network.addCycles('hello_backend', 5_000_000_000_000n)
  assert.ok((await canister.balance()) - before > 4_990_000_000_000n)
})
`

describe('icicle test', function () {
  this.timeout(120_000)
  const user = new User()
  const project = 'hello'
  const write = (path: string, text: string): void => writeFileSync(join(user.work, project, ...path.split('/')), text)

  before(() => user.succeed('', 'new', project, '--type', 'motoko', '--no-frontend'))
  after(() => user.leave())

  it("runs the scaffold's own tests, without any network of the user's, and leaves nothing behind", () => {
    const {exitCode, stdout, stderr} = user.run(project, 'test')
    assert.equal(exitCode, 0, stdout + stderr)
    assert.match(stdout, /pass 2\b/)
    assert.deepEqual(readdirSync(join(user.work, project, '.dfx')), ['.cache'])
    assert.ok(!readdirSync(join(user.work, project)).includes('.env'))
  })

  it('has time, identities and cycles for tests', () => {
    write('src/hello_backend/main.mo', CANISTER)
    write('test/backend.test.js', TEST.replace('ALICE', ALICE))
    const {exitCode, stdout, stderr} = user.run(project, 'test', 'test/backend.test.js')
    assert.equal(exitCode, 0, stdout + stderr)
    assert.match(stdout, /pass 5\b/)
  })

  it('fails when a test fails, and says which (a planted wrong answer)', () => {
    write('test/backend.test.js', TEST.replace('rung(), 1n)\n  assert.ok', 'rung(), 7n)\n  assert.ok'))
    const {exitCode, stdout} = user.run(project, 'test', '--name', 'moves time')
    assert.equal(exitCode, 1)
    assert.match(stdout, /✖ moves time/)
  })

  it('says that there are no tests', () => {
    const {exitCode, stderr} = user.run(project, 'test', 'nowhere')
    assert.equal(exitCode, 255)
    assert.match(stderr, /There are no tests in 'nowhere'/)
  })
})

const ALICE = 'wfwgh-74aug-x4qdr-u3ifl-5msrf-3a6nz-mfgl2-lf3hb-iybis-ejgmr-2ae'
