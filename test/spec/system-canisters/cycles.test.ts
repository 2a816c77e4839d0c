import assert from 'node:assert/strict'
import {toHex} from '../../../src/base/bytes.js'
import {accountIdentifier, subaccountOfPrincipal} from '../../../src/protocol/account-identifier.js'
import {decodeHashTree, lookup, rootHash, toPath} from '../../../src/protocol/hash-tree.js'
import {ANONYMOUS_PRINCIPAL, type Principal, principalToText} from '../../../src/protocol/principal.js'
import {SYSTEM_CANISTER_IDS} from '../../../src/replica/node/system-canisters/ids.js'
import {aCanister, idOf} from '../../unit/replica/makers.js'
import {SystemNetwork} from './system-network.js'

const ALICE = `${'0c'.repeat(28)}02` as Principal
const USER = `${'0a'.repeat(28)}02` as Principal
const CANISTER = idOf(0)
const FEE = 100_000_000n
const TC = 1_000_000_000_000n
const text = principalToText
const account = (owner: Principal) => `record {owner = principal "${text(owner)}"}`
const blob = (bytes: Uint8Array) => `blob "${toHex(bytes).replace(/../g, '\\$&')}"`
const MINT = 0x544e494d
const CREATE = 0x41455243
const TOP_UP = 0x50555054

/** A network with an empty canister, where the user has 100 T cycles and 50 ICP. */
function aNetwork(): SystemNetwork {
  const network = new SystemNetwork([aCanister({number: 0, cycles: 5n * TC})])
  network.call('cycles-ledger', 'icrc1_transfer', `(record {to = ${account(USER)}; amount = ${100n * TC}})`, ANONYMOUS_PRINCIPAL)
  network.call('icp-ledger', 'icrc1_transfer', `(record {to = ${account(USER)}; amount = 5_000_000_000})`, ANONYMOUS_PRINCIPAL)
  return network
}

describe('cycles ledger', () => {
  const network = aNetwork()
  const now = () => network.state.timeNs
  const call = (method: string, argument: string, sender: Principal = USER) => network.call('cycles-ledger', method, argument, sender)
  const balance = (owner: Principal) => network.query('cycles-ledger', 'icrc1_balance_of', `(${account(owner)})`)
  const cycles = () => network.state.canisters.get(CANISTER)!.cycles

  it('begins with half of all cycles in the account of the anonymous principal', () =>
    assert.equal(new SystemNetwork().query('cycles-ledger', 'icrc1_total_supply'), (1n << 127n) - 1n))

  it('moves cycles into a canister', () => {
    const [before, has] = [balance(USER), cycles()]
    const result = call('withdraw', `(record {to = principal "${text(CANISTER)}"; amount = ${TC}})`)
    assert.deepEqual(Object.keys(result), ['Ok'])
    assert.equal(balance(USER), before - TC - FEE)
    assert.ok(cycles() > has + TC - 10_000_000n)
  })

  const refusals: readonly {what: string; method: string; argument: () => string; error: () => object; sender?: Principal}[] = [
    {
      what: 'a receiver that is no canister',
      method: 'withdraw',
      argument: () => `(record {to = principal "${text(USER)}"; amount = 5})`,
      error: () => ({InvalidReceiver: {receiver: USER}}),
    },
    {
      what: 'more than there is',
      method: 'withdraw',
      argument: () => `(record {to = principal "${text(CANISTER)}"; amount = ${1000n * TC}})`,
      error: () => ({InsufficientFunds: {balance: balance(USER)}}),
    },
    {
      what: 'a time long ago',
      method: 'withdraw',
      argument: () => `(record {to = principal "${text(CANISTER)}"; amount = 5; created_at_time = opt 7})`,
      error: () => ({TooOld: null}),
    },
    {
      what: 'a time in the future',
      method: 'create_canister',
      argument: () => `(record {amount = ${TC}; created_at_time = opt ${now() + 100_000_000_000n}})`,
      error: () => ({CreatedInFuture: {ledger_time: now()}}),
    },
    {
      what: 'a spender without allowance',
      method: 'withdraw_from',
      argument: () => `(record {from = ${account(ANONYMOUS_PRINCIPAL)}; to = principal "${text(CANISTER)}"; amount = 5})`,
      error: () => ({InsufficientAllowance: {allowance: 0n}}),
    },
    {
      what: 'a spender without allowance',
      method: 'create_canister_from',
      argument: () => `(record {from = ${account(ANONYMOUS_PRINCIPAL)}; amount = ${TC}})`,
      error: () => ({InsufficientAllowance: {allowance: 0n}}),
    },
    {
      what: 'another fee',
      method: 'icrc1_transfer',
      argument: () => `(record {to = ${account(ALICE)}; amount = 5; fee = opt 1})`,
      error: () => ({BadFee: {expected_fee: FEE}}),
    },
  ]
  for (const {what, method, argument, error} of refusals)
    it(`${method} refuses ${what}`, () => assert.deepEqual(call(method, argument()), {Err: error()}))

  it('pays back a withdrawal that failed, less the fee of the refund', () => {
    const before = balance(USER)
    const {Err} = call('withdraw', `(record {to = principal "${text(idOf(99))}"; amount = ${TC}})`)
    assert.deepEqual(Object.keys(Err), ['FailedToWithdraw'])
    assert.equal(balance(USER), before - 2n * FEE)
  })

  it('withdraws the same request once', () => {
    const argument = `(record {to = principal "${text(CANISTER)}"; amount = ${TC}; created_at_time = opt ${now()}})`
    const {Ok} = call('withdraw', argument)
    const before = balance(USER)
    assert.deepEqual(call('withdraw', argument), {Err: {Duplicate: {duplicate_of: Ok}}})
    assert.equal(balance(USER), before)
  })

  it('creates a canister for its caller, once', () => {
    const argument = `(record {amount = ${2n * TC}; created_at_time = opt ${now()}})`
    const {Ok} = call('create_canister', argument)
    const canister = network.state.canisters.get(Ok.canister_id)!
    assert.deepEqual(canister.settings.controllers, [USER])
    assert.equal(canister.cycles, 2n * TC - 500_000_000_000n)
    assert.deepEqual(call('create_canister', argument), {Err: {Duplicate: {duplicate_of: Ok.block_id, canister_id: [Ok.canister_id]}}})
  })

  it('pays back a creation that the amount does not cover', () => {
    const before = balance(USER)
    const {Err} = call('create_canister', `(record {amount = ${TC / 4n}})`)
    assert.match(Err.FailedToCreate.error, /Insufficient cycles/)
    assert.equal(balance(USER), before - 2n * FEE)
  })

  it('refuses a subnet that does not exist', () => {
    const selection = `creation_args = opt record {subnet_selection = opt variant {Subnet = record {subnet = principal "aaaaa-aa"}}}`
    const {Err} = call('create_canister', `(record {amount = ${TC}; ${selection}})`)
    assert.match(Err.FailedToCreate.error, /Subnet aaaaa-aa does not exist/)
  })

  it('lets a spender withdraw and create from what was approved', () => {
    const OTHER = `${'0b'.repeat(28)}02` as Principal
    call('icrc2_approve', `(record {spender = ${account(OTHER)}; amount = ${10n * TC}})`)
    const from = `from = ${account(USER)}`
    assert.deepEqual(Object.keys(call('withdraw_from', `(record {${from}; to = principal "${text(CANISTER)}"; amount = ${TC}})`, OTHER)), [
      'Ok',
    ])
    const {Ok} = call('create_canister_from', `(record {${from}; amount = ${2n * TC}})`, OTHER)
    assert.deepEqual(network.state.canisters.get(Ok.canister_id)!.settings.controllers, [OTHER])
    const failed = call('withdraw_from', `(record {${from}; to = principal "${text(idOf(99))}"; amount = ${TC}})`, OTHER)
    assert.deepEqual(Object.keys(failed.Err), ['FailedToWithdrawFrom'])
    const {Err} = call('create_canister_from', `(record {${from}; amount = ${TC / 4n}})`, OTHER)
    assert.deepEqual(Object.keys(Err), ['FailedToCreateFrom'])
    const [listed] = network.query('cycles-ledger', 'icrc103_get_allowances', `(record {from_account = opt ${account(USER)}})`).Ok
    assert.equal(listed.to_spender.owner, OTHER)
    assert.equal(listed.allowance, 10n * TC - 4n * TC - TC / 4n - 4n * FEE)
  })

  it('needs cycles for a deposit', () => {
    const outcome = network.send('cycles-ledger', 'deposit', `(record {to = ${account(USER)}})`, USER)
    assert.match(outcome.kind === 'reject' ? outcome.message : '', /less than the cycles ledger fee/)
  })

  it('keeps everything through an upgrade', () => {
    const before = [balance(USER), network.query('cycles-ledger', 'icrc1_total_supply')]
    network.upgrade('cycles-ledger', '(variant {Upgrade})')
    assert.deepEqual([balance(USER), network.query('cycles-ledger', 'icrc1_total_supply')], before)
  })

  it('has the cycles of all its accounts', () =>
    assert.ok(network.canister('cycles-ledger').cycles >= network.query('cycles-ledger', 'icrc1_total_supply')))

  it('tells its index of every block', () => {
    network.run()
    network.run()
    const {Ok} = network.query('cycles-index', 'get_account_transactions', `(record {account = ${account(USER)}; max_results = 100})`)
    assert.equal(Ok.balance, balance(USER))
    const kinds = new Set(Ok.transactions.map(({transaction}: any) => transaction.kind))
    assert.deepEqual([...kinds].sort(), ['approve', 'burn', 'mint', 'transfer'])
  })
})

describe('cycles minting canister', () => {
  const network = aNetwork()
  const MINTING = SYSTEM_CANISTER_IDS['cycles-minting']
  const notify = (method: string, argument: string, sender: Principal = USER) => network.call('cycles-minting', method, argument, sender)
  const supply = () => network.query('icp-ledger', 'icrc1_total_supply')
  const pay = (beneficiary: Principal, memo: number, e8s: bigint): bigint => {
    const to = accountIdentifier({owner: MINTING, subaccount: subaccountOfPrincipal(beneficiary)})
    const fields = `memo = ${memo}; amount = record {e8s = ${e8s}}; fee = record {e8s = 10_000}; to = ${blob(to)}`
    return network.call('icp-ledger', 'transfer', `(record {${fields}})`, USER).Ok
  }
  const topUp = (block: bigint, canister: Principal = CANISTER) =>
    notify('notify_top_up', `(record {block_index = ${block}; canister_id = principal "${text(canister)}"})`)

  it('certifies its rate', () => {
    const {data, hash_tree} = network.query('cycles-minting', 'get_icp_xdr_conversion_rate')
    assert.equal(data.xdr_permyriad_per_icp, 35_200n)
    const tree = decodeHashTree(hash_tree)
    assert.equal(toHex(rootHash(tree)), toHex(network.canister('cycles-minting').certifiedData))
    assert.equal(lookup(tree, toPath('ICP_XDR_CONVERSION_RATE')).kind, 'found')
  })

  it('tops a canister up, once for a payment, and burns the ICP', () => {
    const block = pay(CANISTER, TOP_UP, 100_000_000n)
    const before = supply()
    assert.deepEqual(topUp(block), {Ok: 3_520_000_000_000n})
    assert.equal(supply(), before - 100_000_000n)
    const has = network.state.canisters.get(CANISTER)!.cycles
    assert.deepEqual(topUp(block), {Ok: 3_520_000_000_000n}, 'the same answer')
    assert.ok(network.state.canisters.get(CANISTER)!.cycles <= has, 'and no more cycles')
  })

  it('creates a canister for its controller, once for a payment', () => {
    const block = pay(USER, CREATE, 100_000_000n)
    const argument = `(record {block_index = ${block}; controller = principal "${text(USER)}"})`
    const {Ok} = notify('notify_create_canister', argument)
    assert.equal(network.state.canisters.get(Ok)!.cycles, 3_520_000_000_000n - 500_000_000_000n)
    assert.deepEqual(notify('notify_create_canister', argument), {Ok})
  })

  it('mints cycles into an account, once for a payment', () => {
    const block = pay(USER, MINT, 1_250_000_000n)
    const argument = `(record {block_index = ${block}})`
    const {Ok} = notify('notify_mint_cycles', argument)
    assert.equal(Ok.minted, 44n * TC)
    assert.deepEqual(notify('notify_mint_cycles', argument), {Ok})
  })

  it('answers one of two notifications at once that it is working on it', () => {
    const block = pay(CANISTER, TOP_UP, 100_000_000n)
    const argument = `(record {block_index = ${block}; canister_id = principal "${text(CANISTER)}"})`
    const messages = [1, 2].map(() => network.post('cycles-minting', 'notify_top_up', argument, USER))
    for (let batch = 0; batch < 8; batch++) network.run()
    const answers = messages.map((message) => network.answerOf('cycles-minting', 'notify_top_up', message))
    const values = answers.map((answer) => (answer?.kind === 'reply' ? Object.keys(answer.value)[0] : answer?.kind)).sort()
    assert.deepEqual(values, ['Err', 'Ok'])
  })

  it('sends ICP back when the canister is not there', () => {
    const block = pay(idOf(99), TOP_UP, 100_000_000n)
    const {Err} = topUp(block, idOf(99))
    assert.match(Err.Refunded.reason, /not found/)
    const {blocks} = network.query('icp-ledger', 'query_blocks', `(record {start = ${Err.Refunded.block_index[0]}; length = 1})`)
    assert.equal(blocks[0].transaction.operation[0].Transfer.amount.e8s, 100_000_000n - 20_000n)
    assert.deepEqual(topUp(block, idOf(99)), {Err}, 'the same answer, and no second refund')
  })

  it('serves the next payment from cycles that found no receiver', () => {
    const before = network.canister('cycles-minting').cycles
    topUp(pay(CANISTER, TOP_UP, 50_000_000n))
    assert.ok(network.canister('cycles-minting').cycles < before - 1_700_000_000_000n)
  })

  const mistakes: readonly {what: string; block: () => bigint; error: RegExp}[] = [
    {what: 'a block that is not there', block: () => 9_999n, error: /not found/},
    {what: 'a block that is no transfer', block: () => 0n, error: /must be of type Transfer/},
    {what: 'a payment for somebody else', block: () => pay(USER, TOP_UP, 100_000n), error: /Destination account/},
    {what: 'a payment for something else', block: () => pay(CANISTER, MINT, 100_000n), error: /memo/},
  ]
  for (const {what, block, error} of mistakes)
    it(`does not take ${what}, and leaves it open`, () => {
      const {Err} = topUp(block())
      assert.match(Err.InvalidTransaction, error)
    })

  it('takes a payment for one thing only', () => {
    const block = pay(CANISTER, TOP_UP, 100_000_000n)
    topUp(block)
    const {Err} = notify('notify_mint_cycles', `(record {block_index = ${block}})`)
    assert.match(Err.InvalidTransaction, /different operation/)
  })

  it('creates for the controller alone', () => {
    const block = pay(USER, CREATE, 100_000_000n)
    const argument = `(record {block_index = ${block}; controller = principal "${text(USER)}"})`
    const {Err} = notify('notify_create_canister', argument, ALICE)
    assert.equal(Err.Other.error_code, 5n)
  })

  it('refuses a memo that is too long', () => {
    const {Err} = notify('notify_mint_cycles', `(record {block_index = 0; deposit_memo = opt ${blob(new Uint8Array(33))}})`)
    assert.equal(Err.Other.error_code, 6n)
  })

  it('refuses two selections of a subnet at once', () => {
    const selection = 'subnet_selection = opt variant {Filter = record {}}; subnet_type = opt "fiduciary"'
    const {Err} = notify('notify_create_canister', `(record {block_index = 0; controller = principal "${text(USER)}"; ${selection}})`)
    assert.equal(Err.Other.error_code, 4n)
  })

  it('keeps what became of payments through an upgrade', () => {
    const block = pay(CANISTER, TOP_UP, 100_000_000n)
    const first = topUp(block)
    const init = `(record {ledger_canister_id = principal "aaaaa-aa"; cycles_ledger_canister_id = principal "aaaaa-aa"; minting_account_id = "${toHex(accountIdentifier({owner: USER}))}"; xdr_permyriad_per_icp = 1})`
    network.upgrade('cycles-minting', init)
    const has = network.state.canisters.get(CANISTER)!.cycles
    assert.deepEqual(topUp(block), first)
    assert.ok(network.state.canisters.get(CANISTER)!.cycles <= has)
  })
})
