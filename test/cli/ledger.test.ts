/** Paying with the shipped program: ICP and cycles of the system canisters, as scripts written for dfx do it. */

import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {User} from '../support/user.js'

describe('paying with icicle', () => {
  const user = new User()
  let me: string
  const run = (...args: readonly string[]) => user.run('shop', ...args)
  const stdout = (...args: readonly string[]) => user.succeed('shop', ...args)

  before(function () {
    this.timeout(60_000)
    mkdirSync(join(user.work, 'shop'))
    const canister = {type: 'custom', wasm: 'x.wasm', candid: 'x.did'}
    writeFileSync(join(user.work, 'shop', 'dfx.json'), JSON.stringify({canisters: {a: canister, b: canister}}))
    stdout('start', '--background', '--system-canisters')
    me = stdout('identity', 'get-principal').trim()
    stdout('--identity', 'anonymous', 'ledger', 'transfer', stdout('ledger', 'account-id').trim(), '--amount', '100', '--memo', '7')
    stdout('canister', 'create', 'a')
  })
  after(() => user.leave())

  it('shows balances with all their decimals', () => assert.equal(stdout('ledger', 'balance'), '100.00000000 ICP\n'))

  it('converts ICP into cycles, and says what they cost before', () => {
    const {stdout: out, stderr} = run('cycles', 'convert', '--amount', '12.5')
    assert.match(
      out,
      /^Transfer sent at block height \d+\nUsing transfer at block height \d+\nAccount was topped up with 44_000_000_000_000 cycles! New balance is 43_999_900_000_000 cycles\.\n$/,
    )
    assert.match(stderr, /Cost: 12\.50000000 ICP and a fee of 0\.00010000 ICP, for 44_000_000_000_000 cycles\./)
    assert.equal(stdout('cycles', 'balance'), '43.999 TC (trillion cycles).\n')
    assert.equal(stdout('cycles', 'balance', '--precise'), '43999900000000 cycles.\n')
  })

  it('tops canisters up with ICP, and with cycles', () => {
    assert.match(
      stdout('ledger', 'top-up', 'a', '--icp', '1', '--e8s', '50000000'),
      /\nCanister was topped up with 5280000000000 cycles!\n$/,
    )
    assert.match(stdout('cycles', 'top-up', 'a', '1T'), /^Transfer sent at block index \d+\n$/)
  })

  it('creates canisters with ICP, and with cycles', () => {
    assert.match(stdout('ledger', 'create-canister', me, '--amount', '1').split('\n')[2]!, /^Canister created with id: "[a-z0-9-]+"$/)
    const before = BigInt(stdout('cycles', 'balance', '--precise').split(' ')[0]!)
    stdout('canister', 'create', 'b', '--from-ledger', '--with-cycles', '2T')
    const after = BigInt(stdout('cycles', 'balance', '--precise').split(' ')[0]!)
    assert.equal(before - after, 2_000_100_000_000n)
  })

  it('gives the cycles of a deleted canister back', () => {
    const before = BigInt(stdout('cycles', 'balance', '--precise').split(' ')[0]!)
    stdout('canister', 'delete', 'b', '-y')
    const after = BigInt(stdout('cycles', 'balance', '--precise').split(' ')[0]!)
    assert.ok(after - before > 1_300_000_000_000n, `${after - before}`)
  })

  it('pays the same request once', () => {
    const args = ['cycles', 'transfer', '2vxsx-fae', '1T', '--created-at-time', `${BigInt(Date.now()) * 1_000_000n}`]
    const first = stdout(...args)
    const balance = stdout('cycles', 'balance', '--precise')
    const again = run(...args)
    assert.deepEqual([again.exitCode, again.stdout], [0, first])
    assert.match(again.stderr, /transaction is a duplicate of another transaction in block \d+/)
    assert.equal(stdout('cycles', 'balance', '--precise'), balance)
  })

  it('lets another spend, and no more than that', () => {
    assert.match(stdout('ledger', 'approve', '2vxsx-fae', '--amount', '5'), /^Approval sent at block index \d+\n$/)
    assert.equal(stdout('ledger', 'allowance', '--spender', '2vxsx-fae'), 'Allowance 5.00000000 ICP\n')
    const spend = ['--identity', 'anonymous', 'ledger', 'transfer-from', '--from', me, '--amount', '4', '2vxsx-fae']
    assert.match(stdout(...spend), /^Transfer sent at block index \d+\n$/)
    const again = run(...spend)
    assert.equal(again.exitCode, 255)
    assert.match(again.stderr, /the allowance is 99990000, which is not enough/)
  })

  it('reports how long the cycles last', () => assert.match(stdout('cycles', 'report', 'a'), /^canister +balance .*\na +\d+\.\d{3} TC /))

  it('answers wallet commands with a wallet that is made on demand', () => {
    const first = run('wallet', 'balance')
    assert.match(first.stderr, /Created a wallet canister on the "local" network for user "default" with ID "[a-z0-9-]+"/)
    assert.match(first.stdout, /^99\.9\d\d TC \(trillion cycles\)\.\n$/)
    assert.equal(stdout('wallet', 'controllers'), `${me}\n`)
    stdout('wallet', 'authorize', '2vxsx-fae')
    assert.equal(stdout('wallet', 'custodians'), '2vxsx-fae\n')
    stdout('wallet', 'set-name', 'Savings')
    assert.equal(stdout('wallet', 'name'), 'Savings\n')
    const before = BigInt(stdout('wallet', 'balance', '--precise').split(' ')[0]!)
    stdout('wallet', 'send', stdout('canister', 'id', 'a').trim(), '1T')
    const after = BigInt(stdout('wallet', 'balance', '--precise').split(' ')[0]!)
    assert.ok(before - after >= 1_000_000_000_000n, `${before - after}`)
  })

  it('prices a call without a network', () =>
    assert.match(stdout('cost', 'call', '--instructions', '2_000_000'), /total on a subnet of 13 nodes: 8_800_000 cycles/))

  describe('one clear sentence, and nothing is paid', () => {
    const mistakes: readonly {what: string; args: () => readonly string[]; exitCode: number; says: RegExp}[] = [
      {
        what: 'an amount with nine decimals',
        args: () => ['ledger', 'transfer', 'x', '--amount', '0.000000001'],
        exitCode: 2,
        says: /invalid value/,
      },
      {what: 'no amount', args: () => ['cycles', 'convert'], exitCode: 2, says: /required/},
      {
        what: 'an account with a wrong checksum',
        args: () => ['ledger', 'transfer', '0'.repeat(64), '--amount', '1'],
        exitCode: 2,
        says: /checksum/,
      },
      {what: 'more than there is', args: () => ['cycles', 'transfer', '2vxsx-fae', '1000T'], exitCode: 255, says: /which is not enough/},
      {
        what: 'a receiver that is no canister',
        args: () => ['cycles', 'top-up', '2vxsx-fae', '1T'],
        exitCode: 255,
        says: /Invalid receiver: 2vxsx-fae\./,
      },
      {
        what: 'a controller who is not the caller',
        args: () => ['ledger', 'create-canister', '2vxsx-fae', '--amount', '1'],
        exitCode: 255,
        says: /Nothing was paid/,
      },
    ]
    for (const {what, args, exitCode, says} of mistakes)
      it(what, () => {
        const before = [stdout('ledger', 'balance'), stdout('cycles', 'balance', '--precise')]
        const outcome = run(...args())
        assert.equal(outcome.exitCode, exitCode, outcome.stderr)
        assert.match(outcome.stderr, says)
        assert.doesNotMatch(outcome.stderr, /\n\s+at /)
        assert.deepEqual([stdout('ledger', 'balance'), stdout('cycles', 'balance', '--precise')], before)
      })
  })

  describe('at the end', () => {
    it('says so where there are no ledgers', () => {
      stdout('stop')
      stdout('start', '--background', '--clean')
      const outcome = run('cycles', 'balance')
      assert.equal(outcome.exitCode, 255)
      assert.match(outcome.stderr, /Cycles ledger with canister ID 'um5iw-rqaaa-aaaaq-qaaba-cai' is not installed\./)
      stdout('stop')
      const other = run('start', '--background', '--system-canisters')
      assert.equal(other.exitCode, 0, other.stderr)
      assert.match(other.stderr, /kept/)
      assert.match(stdout('cycles', 'balance'), / TC \(trillion cycles\)\./)
    })
  })
})
