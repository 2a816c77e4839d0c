/** Cycles of the call and of the canister. */

import {principalToText} from '../../../protocol/principal.js'
import {contractViolation, trapped} from '../errors.js'
import type {Sandbox} from '../sandbox.js'

/** `rkp4c-7iaaa-aaaaa-aaaca-cai`: the only canister that may create cycles. */
const CYCLES_MINTING_CANISTER_ID = '00000000000000040101'

/** The 128-bit number that a canister passes in two halves. */
export function cyclesOf(high: bigint, low: bigint): bigint {
  return (BigInt.asUintN(64, high) << 64n) | BigInt.asUintN(64, low)
}

export const cyclesFunctions = {
  msg_cycles_available(sandbox: Sandbox): bigint {
    return in64Bits(sandbox.account.available)
  },

  msg_cycles_available128(sandbox: Sandbox, destination: number): void {
    sandbox.writeCycles('msg_cycles_available128', destination, sandbox.account.available)
  },

  msg_cycles_refunded(sandbox: Sandbox): bigint {
    return in64Bits(sandbox.input.call.refundedCycles)
  },

  msg_cycles_refunded128(sandbox: Sandbox, destination: number): void {
    sandbox.writeCycles('msg_cycles_refunded128', destination, sandbox.input.call.refundedCycles)
  },

  msg_cycles_accept(sandbox: Sandbox, maximum: bigint): bigint {
    return sandbox.account.accept(BigInt.asUintN(64, maximum))
  },

  msg_cycles_accept128(sandbox: Sandbox, high: bigint, low: bigint, destination: number): void {
    sandbox.writeCycles('msg_cycles_accept128', destination, sandbox.account.accept(cyclesOf(high, low)))
  },

  cycles_burn128(sandbox: Sandbox, high: bigint, low: bigint, destination: number): void {
    sandbox.writeCycles('cycles_burn128', destination, sandbox.account.burn(cyclesOf(high, low)))
  },

  mint_cycles128(sandbox: Sandbox, high: bigint, low: bigint, destination: number): void {
    const {id} = sandbox.input.canister
    if (id !== CYCLES_MINTING_CANISTER_ID)
      throw contractViolation(`ic0.mint_cycles128 cannot be executed on non Cycles Minting Canister: ${principalToText(id)}`)
    sandbox.writeCycles('mint_cycles128', destination, sandbox.account.mint(cyclesOf(high, low)))
  },

  canister_cycle_balance(sandbox: Sandbox): bigint {
    return in64Bits(sandbox.account.balance)
  },

  canister_cycle_balance128(sandbox: Sandbox, destination: number): void {
    sandbox.writeCycles('canister_cycle_balance128', destination, sandbox.account.balance)
  },

  canister_liquid_cycle_balance128(sandbox: Sandbox, destination: number): void {
    sandbox.writeCycles('canister_liquid_cycle_balance128', destination, sandbox.account.liquid)
  },
}

function in64Bits(cycles: bigint): bigint {
  if (cycles >> 64n !== 0n) throw trapped('cycles amount exceeds 64-bit representation')
  return cycles
}
