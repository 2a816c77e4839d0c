import assert from 'node:assert/strict'
import {toHex} from '../../../src/base/bytes.js'
import {accountIdentifier} from '../../../src/protocol/account-identifier.js'
import {decodeHashTree, lookup, rootHash, toPath} from '../../../src/protocol/hash-tree.js'
import {ANONYMOUS_PRINCIPAL, canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'
import {type HashableValue, hashOfValue} from '../../../src/protocol/request-id.js'
import {GOVERNANCE_ID} from '../../../src/replica/node/system-canisters/ids.js'
import {SystemNetwork} from './system-network.js'

const ALICE = canisterIdFromNumber(0x8000000000100010n)
const BOB = canisterIdFromNumber(0x8000000000100011n)
const account = (owner: string) => `record {owner = principal "${principalToText(owner as typeof ALICE)}"}`
const blob = (bytes: Uint8Array) => `blob "${toHex(bytes).replace(/../g, '\\$&')}"`
const aid = (owner: typeof ALICE) => blob(accountIdentifier({owner}))
const FEE = 10_000n
const RICH = 100_000_000_000_000_000n

/** A network on which Alice has ten ICP. */
function aNetwork(): SystemNetwork {
  const network = new SystemNetwork()
  network.call('icp-ledger', 'icrc1_transfer', `(record {to = ${account(ALICE)}; amount = 1_000_000_000})`, ANONYMOUS_PRINCIPAL)
  return network
}

const legacy = (fields: string) =>
  `(record {memo = 1; amount = record {e8s = 5}; fee = record {e8s = 10_000}; to = ${aid(BOB)}; created_at_time = null; ${fields}})`

describe('ICP ledger', () => {
  const network = aNetwork()
  const now = () => network.state.timeNs
  const transfer = (argument: string, sender = ALICE) => network.call('icp-ledger', 'transfer', argument, sender)
  const icrc = (method: string, argument: string, sender = ALICE) => network.call('icp-ledger', method, argument, sender)
  const balance = (owner: typeof ALICE) => network.query('icp-ledger', 'icrc1_balance_of', `(${account(owner)})`)

  it('begins with the balances of dfx', () => {
    const fresh = new SystemNetwork()
    assert.equal(fresh.query('icp-ledger', 'icrc1_total_supply'), 3n * RICH)
    const {e8s} = fresh.query('icp-ledger', 'account_balance', `(record {account = ${aid(ANONYMOUS_PRINCIPAL)}})`)
    assert.equal(e8s, RICH)
    assert.equal(
      toHex(fresh.query('icp-ledger', 'account_identifier', `(${account(GOVERNANCE_ID)})`)),
      toHex(accountIdentifier({owner: GOVERNANCE_ID})),
    )
  })

  it('names itself', () => {
    assert.deepEqual(network.query('icp-ledger', 'symbol'), {symbol: 'ICP'})
    assert.equal(network.query('icp-ledger', 'icrc1_decimals'), 8)
    assert.deepEqual(network.query('icp-ledger', 'transfer_fee', '(record {})'), {transfer_fee: {e8s: FEE}})
    const names = network.query('icp-ledger', 'icrc10_supported_standards').map(({name}: {name: string}) => name)
    assert.deepEqual(names, ['ICRC-1', 'ICRC-2', 'ICRC-3', 'ICRC-10', 'ICRC-106'])
  })

  it('takes amount and fee from the sender', () => {
    const [alice, bob] = [balance(ALICE), balance(BOB)]
    assert.deepEqual(Object.keys(transfer(legacy(''))), ['Ok'])
    assert.deepEqual([balance(ALICE), balance(BOB)], [alice - 5n - FEE, bob + 5n])
  })

  const legacyErrors: readonly {what: string; fields: () => string; error: () => object}[] = [
    {what: 'another fee', fields: () => 'fee = record {e8s = 1}', error: () => ({BadFee: {expected_fee: {e8s: FEE}}})},
    {
      what: 'more than there is',
      fields: () => 'amount = record {e8s = 100_000_000_000}',
      error: () => ({InsufficientFunds: {balance: {e8s: balance(ALICE)}}}),
    },
    {
      what: 'a time more than a day ago',
      fields: () => `created_at_time = opt record {timestamp_nanos = ${now() - 90_000_000_000_000n}}`,
      error: () => ({TxTooOld: {allowed_window_nanos: 86_400_000_000_000n}}),
    },
    {
      what: 'a time in the future',
      fields: () => `created_at_time = opt record {timestamp_nanos = ${now() + 90_000_000_000n}}`,
      error: () => ({TxCreatedInFuture: null}),
    },
  ]
  for (const {what, fields, error} of legacyErrors)
    it(`transfer refuses ${what}`, () => {
      const given = fields()
      const base = legacy('').replace(new RegExp(`${given.split(' ')[0]} = [^;]*;`), '')
      const before = network.query('icp-ledger', 'icrc1_total_supply')
      assert.deepEqual(transfer(base.replace('})', `${given}})`)), {Err: error()})
      assert.equal(network.query('icp-ledger', 'icrc1_total_supply'), before)
    })

  it('pays the same request once', () => {
    const argument = legacy('').replace('created_at_time = null', `created_at_time = opt record {timestamp_nanos = ${now()}}`)
    const first = transfer(argument)
    assert.deepEqual(transfer(argument), {Err: {TxDuplicate: {duplicate_of: first.Ok}}})
    const other = argument.replace('memo = 1', 'memo = 2')
    assert.deepEqual(Object.keys(transfer(other)), ['Ok'])
  })

  it('refuses an account identifier with a wrong checksum', () => {
    const argument = legacy('').replace(aid(BOB), blob(new Uint8Array(32).fill(7)))
    const outcome = network.send('icp-ledger', 'transfer', argument, ALICE)
    assert.match(outcome.kind === 'reject' ? outcome.message : '', /checksum/)
  })

  it('burns what goes to the minting account, and no less than the fee', () => {
    const supply = network.query('icp-ledger', 'icrc1_total_supply')
    assert.deepEqual(Object.keys(icrc('icrc1_transfer', `(record {to = ${account(GOVERNANCE_ID)}; amount = 20_000})`)), ['Ok'])
    assert.equal(network.query('icp-ledger', 'icrc1_total_supply'), supply - 20_000n)
    assert.deepEqual(icrc('icrc1_transfer', `(record {to = ${account(GOVERNANCE_ID)}; amount = 5})`), {
      Err: {BadBurn: {min_burn_amount: FEE}},
    })
  })

  it('mints what comes from the minting account', () => {
    const supply = network.query('icp-ledger', 'icrc1_total_supply')
    icrc('icrc1_transfer', `(record {to = ${account(BOB)}; amount = 77})`, GOVERNANCE_ID)
    assert.equal(network.query('icp-ledger', 'icrc1_total_supply'), supply + 77n)
  })

  const icrcErrors: readonly {what: string; method: string; fields: () => string; error: () => object}[] = [
    {what: 'another fee', method: 'icrc1_transfer', fields: () => 'fee = opt 1', error: () => ({BadFee: {expected_fee: FEE}})},
    {
      what: 'a time long ago',
      method: 'icrc1_transfer',
      fields: () => 'created_at_time = opt 5',
      error: () => ({TooOld: null}),
    },
    {
      what: 'a time in the future',
      method: 'icrc1_transfer',
      fields: () => `created_at_time = opt ${now() + 90_000_000_000n}`,
      error: () => ({CreatedInFuture: {ledger_time: now()}}),
    },
    {
      what: 'an allowance that is another by now',
      method: 'icrc2_approve',
      fields: () => 'expected_allowance = opt 9',
      error: () => ({AllowanceChanged: {current_allowance: 0n}}),
    },
    {
      what: 'an expiry that has passed',
      method: 'icrc2_approve',
      fields: () => `expires_at = opt ${now() - 1n}`,
      error: () => ({Expired: {ledger_time: now()}}),
    },
  ]
  for (const {what, method, fields, error} of icrcErrors)
    it(`${method} refuses ${what}`, () => {
      const whom = method === 'icrc2_approve' ? `spender = ${account(GOVERNANCE_ID)}` : `to = ${account(BOB)}`
      assert.deepEqual(icrc(method, `(record {${whom}; amount = 5; ${fields()}})`), {Err: error()})
    })

  it('lets a spender spend what was approved, fees included, and no more', () => {
    icrc('icrc2_approve', `(record {spender = ${account(BOB)}; amount = 50_000})`)
    const spend = (amount: number) =>
      icrc('icrc2_transfer_from', `(record {from = ${account(ALICE)}; to = ${account(GOVERNANCE_ID)}; amount = ${amount}})`, BOB)
    assert.deepEqual(Object.keys(spend(20_000)), ['Ok'])
    assert.deepEqual(spend(40_000), {Err: {InsufficientAllowance: {allowance: 30_000n}}})
    const question = `(record {account = ${account(ALICE)}; spender = ${account(BOB)}})`
    assert.deepEqual(network.query('icp-ledger', 'icrc2_allowance', question), {allowance: 30_000n, expires_at: []})
  })

  it('shows its blocks to legacy clients', () => {
    const {chain_length, blocks, first_block_index} = network.query('icp-ledger', 'query_blocks', '(record {start = 2; length = 2})')
    assert.equal(first_block_index, 2n)
    assert.ok(chain_length > 4n)
    assert.deepEqual(Object.keys(blocks[0].transaction.operation[0]), ['Mint'])
    assert.equal(blocks[1].transaction.operation[0].Transfer.amount.e8s, 1_000_000_000n)
  })

  it('chains its blocks by their ICRC-3 hashes, up to the certified tip', () => {
    const {log_length, blocks} = network.query('icp-ledger', 'icrc3_get_blocks', '(vec {record {start = 0; length = 1000}})')
    assert.equal(BigInt(blocks.length), log_length)
    let previous: string | undefined
    for (const {block} of blocks) {
      const parent = block.Map.find(({_0_: name}: {_0_: string}) => name === 'phash')
      assert.equal(parent && toHex(parent._1_.Blob), previous)
      previous = toHex(hashOfValue(toHashable(block)))
    }
    const [{hash_tree}] = network.query('icp-ledger', 'icrc3_get_tip_certificate')
    const tree = decodeHashTree(hash_tree)
    assert.equal(toHex(rootHash(tree)), toHex(network.canister('icp-ledger').certifiedData))
    const tip = lookup(tree, toPath('last_block_hash'))
    assert.equal(tip.kind === 'found' && toHex(tip.value), previous)
  })

  it('keeps everything through an upgrade', () => {
    const at = now()
    const argument = `(record {to = ${account(BOB)}; amount = 6; created_at_time = opt ${at}})`
    const {Ok} = icrc('icrc1_transfer', argument)
    const before = network.query('icp-ledger', 'icrc3_get_blocks', '(vec {record {start = 0; length = 1000}})')
    network.upgrade('icp-ledger', '(variant {Upgrade})')
    assert.deepEqual(network.query('icp-ledger', 'icrc3_get_blocks', '(vec {record {start = 0; length = 1000}})'), before)
    assert.deepEqual(icrc('icrc1_transfer', argument), {Err: {Duplicate: {duplicate_of: Ok}}})
  })

  it('tells its index of every block', () => {
    for (let batch = 0; batch < 6; batch++) network.run()
    const {chain_length} = network.query('icp-ledger', 'query_blocks', '(record {start = 0; length = 0})')
    assert.deepEqual(network.query('icp-index', 'status'), {num_blocks_synced: chain_length})
    const {Ok: page} = network.query('icp-index', 'get_account_transactions', `(record {account = ${account(ALICE)}; max_results = 3})`)
    assert.equal(page.balance, balance(ALICE))
    assert.equal(page.transactions.length, 3)
    assert.equal(page.oldest_tx_id[0], 3n)
    assert.equal(
      network.query('icp-index', 'get_account_identifier_balance', `("${toHex(accountIdentifier({owner: ALICE}))}")`),
      balance(ALICE),
    )
  })
})

/** A value of ICRC-3 as the hash of request ids takes it: both are the representation-independent hash. */
function toHashable(value: any): HashableValue {
  const [[kind, content] = ['', undefined]] = Object.entries(value) as [string, any][]
  switch (kind) {
    case 'Map':
      return Object.fromEntries(content.map(({_0_: name, _1_: inner}: any) => [name, toHashable(inner)]))
    case 'Array':
      return content.map(toHashable)
    default:
      return content
  }
}
