/**
 * The clients that applications use, unmodified, against the local ledgers: what they read and write is what they expect on mainnet.
 *
 * They are development dependencies; where they are not installed, the suite says so and is skipped.
 */

import assert from 'node:assert/strict'
import {AnonymousIdentity, HttpAgent} from '@dfinity/agent'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {Principal} from '@dfinity/principal'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'

// biome-ignore lint/suspicious/noExplicitAny: the clients are loaded by name, so that the types are not needed to compile this file
type Client = any

const ICP = 100_000_000n
const [LEDGER, INDEX, MINTING] = ['ryjl3-tyaaa-aaaaa-aaaba-cai', 'qhbym-qaaaa-aaaaa-aaafq-cai', 'rkp4c-7iaaa-aaaaa-aaaca-cai']
const [CYCLES_LEDGER, CYCLES_INDEX] = ['um5iw-rqaaa-aaaaq-qaaba-cai', 'ul4oc-4iaaa-aaaaq-qaabq-cai']

describe('unmodified clients', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  const identity = Ed25519KeyIdentity.generate()
  const me = identity.getPrincipal()
  let network: LocalNetwork
  let [agent, anonymous]: HttpAgent[] = []
  let icp: Client
  let icrc: Client
  let cmc: Client

  before(async function () {
    try {
      const names = ['ledger-icp', 'ledger-icrc', 'cmc'].map((name) => `@dfinity/${name}`)
      ;[icp, icrc, cmc] = await Promise.all(names.map((name) => import(name)))
    } catch (error) {
      if ((error as {code?: string}).code !== 'ERR_MODULE_NOT_FOUND') throw error
      this.skip()
    }
    network = await startLocalNetwork(folder, ['--system-canisters'])
    const options = {host: network.url, shouldFetchRootKey: true, verifyQuerySignatures: true}
    agent = await HttpAgent.create({...options, identity})
    anonymous = await HttpAgent.create({...options, identity: new AnonymousIdentity()})
  })
  after(async () => {
    await network?.stop()
    removeFolder(folder)
  })

  it('@dfinity/ledger-icp moves ICP, and meets the errors it knows', async () => {
    const account = icp.AccountIdentifier.fromPrincipal({principal: me})
    const rich = icp.LedgerCanister.create({agent: anonymous, canisterId: Principal.fromText(LEDGER)})
    assert.equal(await rich.transactionFee(), 10_000n)
    const height = await rich.transfer({to: account, amount: 100n * ICP, memo: 3n})
    assert.equal(height, 3n)
    const mine = icp.LedgerCanister.create({agent, canisterId: Principal.fromText(LEDGER)})
    assert.equal(await mine.accountBalance({accountIdentifier: account, certified: true}), 100n * ICP)
    assert.equal(await mine.accountBalance({accountIdentifier: account, certified: false}), 100n * ICP)
    await assert.rejects(mine.transfer({to: account, amount: 1000n * ICP}), icp.InsufficientFundsError)
    await assert.rejects(mine.transfer({to: account, amount: 1n, fee: 1n}), icp.BadFeeError)
    const createdAt = BigInt(Date.now()) * 1_000_000n
    const block = await mine.icrc1Transfer({to: {owner: me, subaccount: []}, amount: 7n, createdAt})
    await assert.rejects(mine.icrc1Transfer({to: {owner: me, subaccount: []}, amount: 7n, createdAt}), icp.TxDuplicateError)
    assert.equal(typeof block, 'bigint')
    await mine.icrc2Approve({spender: {owner: Principal.anonymous(), subaccount: []}, amount: ICP})
  })

  it('@dfinity/ledger-icp reads histories from the index', async () => {
    const index = icp.IndexCanister.create({agent, canisterId: Principal.fromText(INDEX)})
    const account = icp.AccountIdentifier.fromPrincipal({principal: me})
    const {transactions, balance} = await index.getTransactions({accountIdentifier: account.toHex(), maxResults: 10n, certified: false})
    assert.deepEqual(transactions.map(({transaction}: Client) => Object.keys(transaction.operation)[0]).reverse(), [
      'Transfer',
      'Transfer',
      'Approve',
    ])
    assert.equal(balance, await index.accountBalance({accountIdentifier: account.toHex(), certified: false}))
  })

  it('@dfinity/ledger-icrc moves cycles and ICP, by allowance too', async () => {
    for (const id of [LEDGER, CYCLES_LEDGER]) {
      const canisterId = Principal.fromText(id!)
      const rich = icrc.IcrcLedgerCanister.create({agent: anonymous, canisterId})
      const mine = icrc.IcrcLedgerCanister.create({agent, canisterId})
      const fee = await mine.transactionFee({})
      await rich.transfer({to: {owner: me, subaccount: []}, amount: 100n * fee})
      await mine.approve({spender: {owner: Principal.anonymous(), subaccount: []}, amount: 50n * fee})
      await rich.transferFrom({from: {owner: me, subaccount: []}, to: {owner: Principal.anonymous(), subaccount: []}, amount: 10n * fee})
      const pair = {account: {owner: me, subaccount: []}, spender: {owner: Principal.anonymous(), subaccount: []}}
      assert.equal((await mine.allowance(pair)).allowance, 39n * fee)
      await assert.rejects(mine.transfer({to: {owner: me, subaccount: []}, amount: 1n << 100n}), icrc.IcrcTransferError)
      const metadata = new Map((await mine.metadata({})) as [string, Client][])
      assert.deepEqual(metadata.get('icrc1:fee'), {Nat: fee})
    }
  })

  it('@dfinity/ledger-icrc reads histories from the index of the cycles ledger', async () => {
    const index = icrc.IcrcIndexNgCanister.create({agent, canisterId: Principal.fromText(CYCLES_INDEX!)})
    const {transactions} = await index.getTransactions({account: {owner: me}, max_results: 10n})
    assert.deepEqual(transactions.map(({transaction}: Client) => transaction.kind).reverse(), ['transfer', 'approve', 'transfer'])
  })

  it('@dfinity/cmc reads the rate, creates and tops up', async () => {
    const minting = cmc.CMCCanister.create({agent, canisterId: Principal.fromText(MINTING)})
    assert.equal(await minting.getIcpToCyclesConversionRate({}), 35_200n)
    assert.equal((await minting.getDefaultSubnets({})).length, 1)
    const ledger = icp.LedgerCanister.create({agent, canisterId: Principal.fromText(LEDGER)})
    const pay = (beneficiary: Principal, memo: bigint) => {
      const bytes = beneficiary.toUint8Array()
      const subaccount = new Uint8Array(32)
      subaccount.set([bytes.length, ...bytes])
      const subAccount = icp.SubAccount.fromBytes(subaccount)
      const to = icp.AccountIdentifier.fromPrincipal({principal: Principal.fromText(MINTING), subAccount})
      return ledger.transfer({to, amount: ICP, memo})
    }
    const id = await minting.notifyCreateCanister({
      block_index: await pay(me, 0x41455243n),
      controller: me,
      settings: [],
      subnet_selection: [],
      subnet_type: [],
    })
    const cycles = await minting.notifyTopUp({block_index: await pay(id, 0x50555054n), canister_id: id})
    assert.equal(cycles, 3_520_000_000_000n)
    await assert.rejects(minting.notifyTopUp({block_index: 0n, canister_id: id}), cmc.CmcInvalidTransactionError ?? Error)
  })
})
