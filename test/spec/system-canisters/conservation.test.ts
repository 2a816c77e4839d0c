import assert from 'node:assert/strict'
import fc from 'fast-check'
import {ANONYMOUS_PRINCIPAL, type Principal, principalToText} from '../../../src/protocol/principal.js'
import {SystemNetwork} from './system-network.js'

/** Three people, with little enough that much of what they try fails. */
const PEOPLE = ['0a', '0b', '0c'].map((byte) => `${byte.repeat(28)}02` as Principal)
const LEDGERS = [
  {name: 'icp-ledger', fee: 10_000n, unit: 10_000n},
  {name: 'cycles-ledger', fee: 100_000_000n, unit: 100_000_000n},
] as const

type Step =
  | {readonly kind: 'transfer'; readonly from: number; readonly to: number; readonly amount: bigint}
  | {readonly kind: 'approve'; readonly from: number; readonly to: number; readonly amount: bigint}
  | {readonly kind: 'spend'; readonly spender: number; readonly from: number; readonly to: number; readonly amount: bigint}
  | {readonly kind: 'upgrade'}

const person = fc.nat({max: 2})
/** In halves of the unit, so that some payments are off by a little. */
const amount = fc.nat({max: 12}).map(BigInt)
const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 4, arbitrary: fc.record({kind: fc.constant('transfer' as const), from: person, to: person, amount})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('approve' as const), from: person, to: person, amount})},
  {weight: 3, arbitrary: fc.record({kind: fc.constant('spend' as const), spender: person, from: person, to: person, amount})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('upgrade' as const)})},
)

/** The books as they must be, kept in the simplest way. */
class Model {
  readonly balances = PEOPLE.map(() => 0n)
  readonly allowances = new Map<string, bigint>()
  burned = 0n

  constructor(
    readonly fee: bigint,
    /** Planted: what a transfer charges. */
    readonly charged = fee,
  ) {}

  transfer(from: number, to: number, sent: bigint): boolean {
    if (this.balances[from]! < sent + this.fee) return false
    this.balances[from]! -= sent + this.charged
    this.balances[to]! += sent
    this.burned += this.charged
    return true
  }

  approve(from: number, to: number, allowed: bigint): boolean {
    if (from === to || this.balances[from]! < this.fee) return false
    this.balances[from]! -= this.fee
    this.burned += this.fee
    this.allowances.set(`${from} ${to}`, allowed)
    return true
  }

  spend(spender: number, from: number, to: number, sent: bigint): boolean {
    const key = `${from} ${spender}`
    const allowed = this.allowances.get(key) ?? 0n
    if (spender !== from && allowed < sent + this.fee) return false
    if (!this.transfer(from, to, sent)) return false
    if (spender !== from) this.allowances.set(key, allowed - sent - this.fee)
    return true
  }
}

/** What is left of the difference between ledger and model: empty when they agree. */
function differences(network: SystemNetwork, ledger: (typeof LEDGERS)[number], model: Model, supply: bigint): string[] {
  const found: string[] = []
  PEOPLE.forEach((owner, index) => {
    const balance = network.query(ledger.name, 'icrc1_balance_of', `(record {owner = principal "${principalToText(owner)}"})`)
    if (balance !== model.balances[index]) found.push(`person ${index} has ${balance}, not ${model.balances[index]}`)
  })
  const total = network.query(ledger.name, 'icrc1_total_supply')
  if (total !== supply - model.burned) found.push(`the supply is ${total}, not ${supply - model.burned}`)
  return found
}

function run(ledger: (typeof LEDGERS)[number], steps: readonly Step[], charged?: bigint): string[] {
  const network = new SystemNetwork()
  const model = new Model(ledger.fee, charged)
  const text = (index: number) => `record {owner = principal "${principalToText(PEOPLE[index]!)}"}`
  const call = (method: string, argument: string, sender: Principal) => 'Ok' in network.call(ledger.name, method, argument, sender)
  PEOPLE.forEach((_, index) => {
    call('icrc1_transfer', `(record {to = ${text(index)}; amount = ${10n * ledger.unit}})`, ANONYMOUS_PRINCIPAL)
    model.balances[index] = 10n * ledger.unit
  })
  const supply = network.query(ledger.name, 'icrc1_total_supply')
  for (const taken of steps) {
    if (taken.kind === 'upgrade') {
      network.upgrade(ledger.name, '(variant {Upgrade})')
      continue
    }
    const sent = (taken.amount * ledger.unit) / 2n
    if (taken.kind === 'transfer') {
      const done = call('icrc1_transfer', `(record {to = ${text(taken.to)}; amount = ${sent}})`, PEOPLE[taken.from]!)
      assert.equal(done, model.transfer(taken.from, taken.to, sent), 'a transfer')
    } else if (taken.kind === 'spend') {
      const argument = `(record {from = ${text(taken.from)}; to = ${text(taken.to)}; amount = ${sent}})`
      assert.equal(
        call('icrc2_transfer_from', argument, PEOPLE[taken.spender]!),
        model.spend(taken.spender, taken.from, taken.to, sent),
        'a spender',
      )
    } else if (taken.from !== taken.to) {
      const done = call('icrc2_approve', `(record {spender = ${text(taken.to)}; amount = ${sent}})`, PEOPLE[taken.from]!)
      assert.equal(done, model.approve(taken.from, taken.to, sent), 'an approval')
    }
  }
  return differences(network, ledger, model, supply)
}

describe('conservation', () => {
  for (const ledger of LEDGERS)
    it(`no sequence of calls makes or loses a unit in the ${ledger.name}`, () =>
      fc.assert(
        fc.property(fc.array(step, {minLength: 5, maxLength: 25}), (steps) => assert.deepEqual(run(ledger, steps), [])),
        {numRuns: 12},
      )).timeout(120_000)

  it('catches a ledger that charges one unit too little (planted)', () => {
    const found = run(LEDGERS[0], [{kind: 'transfer', from: 0, to: 1, amount: 4n}], LEDGERS[0].fee - 1n)
    assert.equal(found.length, 2, found.join())
  })

  it('the cycles of the ledger are those of its accounts, whatever fails', () => {
    const network = new SystemNetwork()
    const canister = network.canister('cycles-ledger')
    const covers = () => canister.cycles - network.query('cycles-ledger', 'icrc1_total_supply')
    const before = covers()
    const attempts = [
      '(record {to = principal "aaaaa-aa"; amount = 5})',
      '(record {to = principal "rkp4c-7iaaa-aaaaa-aaaca-cai"; amount = 1_000_000_000_000})',
      '(record {to = principal "rno2w-sqaaa-aaaaa-aaacq-cai"; amount = 1_000_000_000_000})',
    ]
    for (const argument of attempts) network.call('cycles-ledger', 'withdraw', argument, ANONYMOUS_PRINCIPAL)
    // The ledger keeps the fees, and lives on its own cycles.
    const fees = 3n * 100_000_000n
    const spent = Object.values(canister.consumed).reduce((sum, value) => sum + value, 0n)
    assert.ok(covers() >= before + fees - spent - 1n, `${covers() - before}`)
    assert.ok(covers() <= before + fees)
  })
})
