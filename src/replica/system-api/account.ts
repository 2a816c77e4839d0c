/**
 * The canister's balance during one execution: what it accepts, burns, attaches to calls and must keep back.
 *
 * Source: digest system-api section 6, "Cycles"; execution-and-cycles section 6, "Freezing limit" and "Storage reservation".
 */

import type {FeeTable} from '../cycles/fees.js'
import {computeAllocationCost, SECONDS_PER_DAY, storageCost} from '../cycles/freezing-limit.js'
import {reservationFor} from '../cycles/storage-reservation.js'
import {failure} from './errors.js'
import {MAX_CYCLES} from './limits.js'
import type {AccountFacts, SubnetFacts} from './sandbox-input.js'
import type {CyclesChanges} from './system-state-changes.js'

const DAY_NS = SECONDS_PER_DAY * 1_000_000_000n

export class Account {
  readonly #facts: AccountFacts
  readonly #fees: FeeTable
  readonly #subnetMemory: SubnetFacts['memory']
  #balance: bigint
  #available: bigint
  #accepted = 0n
  #burned = 0n
  #minted = 0n
  #reserved = 0n
  #grownBytes = 0n
  #messageBytes: bigint

  constructor(facts: AccountFacts, availableCycles: bigint, subnet: SubnetFacts) {
    this.#facts = facts
    this.#fees = subnet.fees
    this.#subnetMemory = subnet.memory
    this.#balance = facts.cycles
    this.#available = availableCycles
    this.#messageBytes = facts.messageMemoryBytes
  }

  get balance(): bigint {
    return this.#balance
  }

  /** Attached by the caller and not accepted. */
  get available(): bigint {
    return this.#available
  }

  /** What may be spent without falling below the freezing limit. */
  get liquid(): bigint {
    return larger(this.#balance - this.#freezingLimit(), 0n)
  }

  get changes(): CyclesChanges {
    return {accepted: this.#accepted, burned: this.#burned, minted: this.#minted, reserved: this.#reserved}
  }

  /** Moves up to `maximum` of the available cycles to the balance; returns how many. */
  accept(maximum: bigint): bigint {
    const amount = smaller(smaller(maximum, this.#available), MAX_CYCLES - this.#balance)
    this.#available -= amount
    this.#balance += amount
    this.#accepted += amount
    return amount
  }

  /** Destroys up to `maximum` of the liquid cycles; returns how many. */
  burn(maximum: bigint): bigint {
    const amount = smaller(maximum, this.liquid)
    this.#balance -= amount
    this.#burned += amount
    return amount
  }

  /** Creates cycles, up to the largest balance; returns how many. */
  mint(amount: bigint): bigint {
    const minted = smaller(amount, MAX_CYCLES - this.#balance)
    this.#balance += minted
    this.#minted += minted
    return minted
  }

  /** Takes cycles for a call whose messages will occupy `messageBytes`; false when that would leave less than the freezing limit. */
  spend(amount: bigint, messageBytes = 0): boolean {
    this.#messageBytes += BigInt(messageBytes)
    if (amount <= this.liquid) {
      this.#balance -= amount
      return true
    }
    this.#messageBytes -= BigInt(messageBytes)
    return false
  }

  /** Brings back what a call that is not made had taken. */
  giveBack(amount: bigint): void {
    this.#balance += amount
  }

  /** The call context has been answered: nothing is left to accept. */
  closeContext(): void {
    this.#available = 0n
  }

  /** Memory grows without being paid for: queries, and callbacks, which may run below the freezing limit. */
  growUnpaid(bytes: number): void {
    this.#grownBytes += BigInt(bytes)
  }

  /** Reserves cycles for the growth of heap or stable memory and keeps the freezing limit. Throws HostTrap IC0532 or IC0534. */
  growPaid(bytes: number): void {
    const reserve = this.#reservationFor(BigInt(bytes))
    const {reservedCycles, reservedCyclesLimit} = this.#facts
    if (reserve > 0n && reservedCycles + this.#reserved + reserve > reservedCyclesLimit)
      throw failure(
        'IC0534',
        reservedLimitExceeded(BigInt(bytes), reservedCyclesLimit, reservedCycles + this.#reserved + reserve - reservedCyclesLimit),
      )
    this.#grownBytes += BigInt(bytes)
    this.#reserved += reserve
    this.#balance -= reserve
    if (!this.#fees.isFree && this.#balance < this.#freezingLimit())
      throw failure('IC0532', `Canister cannot grow memory by ${bytes} bytes due to insufficient cycles.`)
  }

  /** True when the subnet cannot hold `bytes` more; what the canister has allocated is its own already. */
  lacksMemory(bytes: number): boolean {
    const memory = this.#subnetMemory
    if (!memory) return false
    return memory.usedBytes + this.#beyondAllocation(this.#grownBytes + BigInt(bytes)) > memory.capacityBytes
  }

  #reservationFor(bytes: bigint): bigint {
    const memory = this.#subnetMemory
    if (!memory) return 0n
    const before = memory.usedBytes + this.#beyondAllocation(this.#grownBytes)
    const after = memory.usedBytes + this.#beyondAllocation(this.#grownBytes + bytes)
    return reservationFor(this.#fees, before, after)
  }

  /** How much growth by `bytes` takes from the subnet beyond what the canister occupies or has allocated. */
  #beyondAllocation(bytes: bigint): bigint {
    const {memoryUsageBytes, memoryAllocationBytes} = this.#facts
    const held = larger(memoryUsageBytes, memoryAllocationBytes)
    const needed = memoryUsageBytes + bytes
    return larger(needed - held, 0n)
  }

  #freezingLimit(): bigint {
    if (this.#fees.isFree) return 0n
    const facts = this.#facts
    const used = facts.memoryUsageBytes + this.#grownBytes
    const charged = larger(used, facts.memoryAllocationBytes)
    const perDay =
      storageCost(this.#fees, charged, DAY_NS) +
      storageCost(this.#fees, this.#messageBytes, DAY_NS) +
      computeAllocationCost(this.#fees, facts.computeAllocation, DAY_NS)
    return larger((perDay * facts.freezingThresholdSeconds) / SECONDS_PER_DAY - facts.reservedCycles - this.#reserved, 0n)
  }
}

/** Description of IC0534. */
export function reservedLimitExceeded(bytes: bigint, limitCycles: bigint, exceededByCycles: bigint): string {
  return (
    `Canister cannot grow memory by ${bytes} bytes due to its reserved cycles limit. ` +
    `The current limit (${limitCycles}) would be exceeded by ${exceededByCycles}.`
  )
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}
