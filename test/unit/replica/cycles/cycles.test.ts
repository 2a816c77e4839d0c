import assert from 'node:assert/strict'
import fc from 'fast-check'
import {MANAGEMENT_CANISTER_ID} from '../../../../src/protocol/principal.js'
import {
  callPrepayment,
  costCall,
  findCallShortage,
  payCall,
  refundResponseTransmission,
  totalPrepayment,
} from '../../../../src/replica/cycles/call-charge.js'
import {executionCost, prepayExecution, refundExecution} from '../../../../src/replica/cycles/execution-charge.js'
import {canisterCreationFee, feesFor, httpOutcallFee, scaleCycles, thresholdSignatureFee} from '../../../../src/replica/cycles/fees.js'
import {computeAllocationCost, freezingLimit, idleCyclesPerDay, storageCost} from '../../../../src/replica/cycles/freezing-limit.js'
import {chargeIdle, emptyDryCanister} from '../../../../src/replica/cycles/idle-charge.js'
import {delayedIngressCost, ingressInductionCost} from '../../../../src/replica/cycles/ingress-charge.js'
import {instructionLimits} from '../../../../src/replica/cycles/instruction-limits.js'
import {memoryUsage} from '../../../../src/replica/cycles/memory-usage.js'
import {reservationFor, reserveCycles} from '../../../../src/replica/cycles/storage-reservation.js'
import {minCycles, outOfCyclesMessage} from '../../../../src/replica/cycles/withdraw.js'
import {CHUNK_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {aCanister, aCode, anIngress, aSubnet, START_NS, USER} from '../makers.js'

const fees13 = feesFor(aSubnet())
const fees34 = feesFor(aSubnet({feeNodeCount: 34}))
const SECOND = 1_000_000_000n
const GIB = 1n << 30n

describe('prices, as the pages of the Internet Computer print them', () => {
  const rows: readonly {
    readonly what: string
    readonly of: (fees: typeof fees13) => bigint
    readonly at13: bigint
    readonly at34: bigint
  }[] = [
    {what: 'canister creation', of: canisterCreationFee, at13: 500_000_000_000n, at34: 1_307_692_307_692n},
    {what: 'compute percent second', of: (fees) => computeAllocationCost(fees, 1, SECOND), at13: 10_000_000n, at34: 26_153_846n},
    {what: 'execution', of: (fees) => executionCost(fees, 0n, false), at13: 5_000_000n, at34: 13_076_923n},
    {what: 'call', of: (fees) => scaleCycles(fees, fees.call), at13: 260_000n, at34: 680_000n},
    {what: 'call byte', of: (fees) => scaleCycles(fees, fees.callByte), at13: 1_000n, at34: 2_615n},
    {what: 'ingress', of: (fees) => scaleCycles(fees, fees.ingress), at13: 1_200_000n, at34: 3_138_461n},
    {what: 'ingress byte', of: (fees) => scaleCycles(fees, fees.ingressByte), at13: 2_000n, at34: 5_230n},
    {what: 'GiB second', of: (fees) => storageCost(fees, GIB, SECOND), at13: 127_000n, at34: 332_153n},
    {what: 'threshold signature', of: thresholdSignatureFee, at13: 10_000_000_000n, at34: 26_153_846_153n},
    {what: 'empty HTTP outcall', of: (fees) => httpOutcallFee(fees, 0, 0), at13: 49_140_000n, at34: 171_360_000n},
    {what: 'HTTP request byte', of: (fees) => httpOutcallFee(fees, 1, 0) - httpOutcallFee(fees, 0, 0), at13: 5_200n, at34: 13_600n},
    {what: 'wasm64 instructions', of: (fees) => executionCost(fees, 13n, true), at13: 5_000_026n, at34: 13_076_991n},
  ]
  for (const {what, of, at13, at34} of rows) it(what, () => assert.deepEqual([of(fees13), of(fees34)], [at13, at34]))

  it('are zero on system subnets and free schedules, but for signatures', () => {
    for (const fees of [feesFor(aSubnet({type: 'system'})), feesFor(aSubnet({hasFreeCostSchedule: true}))]) {
      assert.equal(canisterCreationFee(fees) + executionCost(fees, 9n, false) + httpOutcallFee(fees, 1, 1), 0n)
      assert.equal(thresholdSignatureFee(fees), 10_000_000_000n)
      assert.equal(prepayExecution(aCanister({cycles: 0n}), {instructionLimit: 5n, isWasm64: false}, fees).kind, 'prepaid')
    }
  })

  it('floor a sum once, and the table would notice flooring every part (planted)', () => {
    const flooredApart = (fees: typeof fees34, bytes: bigint) => scaleCycles(fees, fees.call) + bytes * scaleCycles(fees, fees.callByte)
    const {requestCycles} = callPrepayment(fees34, {requestBytes: 4, instructionLimit: 0n, isWasm64: false})
    assert.equal(requestCycles, 690_461n)
    assert.throws(() => assert.equal(flooredApart(fees34, 4n), 690_461n))
  })
})

describe('prepayExecution and refundExecution', () => {
  const budget = {instructionLimit: instructionLimits(false).message, isWasm64: false}

  it('take the whole limit and give back what was not used', () => {
    const canister = aCanister({cycles: 50_000_000_000n, settings: {freezingThresholdSeconds: 0n}})
    const prepaid = prepayExecution(canister, budget, fees13)
    assert.deepEqual(prepaid, {kind: 'prepaid', cycles: 40_005_000_000n})
    assert.equal(canister.cycles, 9_995_000_000n)
    refundExecution(canister, 40_005_000_000n, {...budget, instructionsUsed: 1_000n}, fees13)
    assert.equal(canister.cycles, 50_000_000_000n - 5_000_000n - 1_000n)
    assert.equal(canister.consumed.instructions, 5_001_000n)
  })

  it('refuse a canister with 10 G cycles, and say to controllers how much is missing', () => {
    const canister = aCanister({cycles: 10_000_000_000n, settings: {freezingThresholdSeconds: 0n}})
    const refused = prepayExecution(canister, budget, fees13)
    assert.deepEqual(refused, {kind: 'out_of_cycles', missingCycles: 30_005_000_000n})
    assert.equal(canister.cycles, 10_000_000_000n)
    if (refused.kind !== 'out_of_cycles') return
    assert.equal(outOfCyclesMessage(canister, refused), 'Canister bnz7o-iuaaa-aaaaa-qaaaa-cai is out of cycles')
    assert.equal(
      outOfCyclesMessage(canister, refused, USER),
      'Canister bnz7o-iuaaa-aaaaa-qaaaa-cai is out of cycles: please top up the canister with at least 30005000000 additional cycles',
    )
  })

  it('never give back more than was taken, and keep base fee and instructions', () =>
    fc.assert(
      fc.property(fc.bigInt({min: 0n, max: 60_000_000_000n}), fc.boolean(), fc.constantFrom(13, 34, 7), (instructionsUsed, isWasm64, n) => {
        const fees = feesFor(aSubnet({feeNodeCount: n}))
        const canister = aCanister()
        const before = canister.cycles
        const prepaid = prepayExecution(canister, {...budget, isWasm64}, fees)
        assert.ok(prepaid.kind === 'prepaid')
        refundExecution(canister, prepaid.cycles, {...budget, isWasm64, instructionsUsed}, fees)
        const used = minCycles(instructionsUsed, budget.instructionLimit)
        const paid = before - canister.cycles
        assert.ok(paid - executionCost(fees, used, isWasm64) <= 1n && paid >= executionCost(fees, used, isWasm64))
        assert.equal(canister.consumed.instructions, paid)
      }),
    ))
})

describe('calls', () => {
  const size = {requestBytes: 7, instructionLimit: instructionLimits(false).message, isWasm64: false}

  it('cost 42 102 412 000 and 1000 a byte, at 13 nodes whatever the size', () => {
    assert.equal(costCall(fees13, size), 42_102_412_000n + 7_000n)
    assert.equal(costCall(fees34, size), 42_102_412_000n + 7_000n)
    assert.equal(costCall(feesFor(aSubnet({type: 'system'})), size), 0n)
  })

  it('give back the bytes that the response does not have', () => {
    const canister = aCanister({settings: {freezingThresholdSeconds: 0n}})
    const prepayment = callPrepayment(fees13, size)
    assert.equal(findCallShortage(canister, prepayment, canister.cycles, fees13)?.missingCycles, totalPrepayment(prepayment))
    payCall(canister, prepayment, 5n)
    const after = canister.cycles
    refundResponseTransmission(
      canister,
      {prepaidTransmissionCycles: prepayment.responseTransmissionCycles},
      {kind: 'reject', code: 4, message: 'no'},
      fees13,
    )
    assert.equal(canister.cycles - after, 1000n * (2_097_152n - 3n))
  })
})

describe('ingressInductionCost', () => {
  it('counts the whole envelope', () => assert.equal(ingressInductionCost(anIngress({sizeBytes: 300}), fees13), 1_200_000n + 600_000n))

  for (const {length, cost} of [
    {length: 310, cost: 0n},
    {length: 311, cost: 1_600_000n},
  ])
    it(`is ${cost} for update_settings with ${length} bytes`, () => {
      const call = anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'update_settings', payload: new Uint8Array(length)})
      assert.equal(ingressInductionCost(call, fees13), cost)
      assert.equal(delayedIngressCost(call, fees13), 1_200_000n + 2_000n * BigInt(15 + length))
    })
})

describe('freezingLimit', () => {
  const heap = new PagedMemory()
  heap.growTo(16 * CHUNK_BYTES)

  it('covers storage of usage or allocation, and compute, for the threshold', () => {
    const canister = aCanister({settings: {memoryAllocationBytes: GIB, computeAllocation: 1}})
    assert.equal(idleCyclesPerDay(canister, fees13), 127_000n * 86_400n + 10_000_000n * 86_400n)
    assert.equal(freezingLimit(canister, fees13), 30n * idleCyclesPerDay(canister, fees13))
    canister.reservedCycles = 1n
    assert.equal(freezingLimit(canister, fees13), 30n * idleCyclesPerDay(canister, fees13) - 1n)
  })

  it('counts heap, module and history', () => {
    const usage = memoryUsage(aCanister({code: aCode({heap, globals: [{type: 'i32', bits: 1}]})}))
    assert.deepEqual([usage.wasmMemory, usage.wasmBinary, usage.globalMemory, usage.canisterHistory], [1_048_576, 8, 32, 158])
  })
})

describe('chargeIdle', () => {
  it('takes reserved cycles first', () => {
    const canister = aCanister({reservedCycles: 100_000n, cycles: 10_000_000n, settings: {memoryAllocationBytes: GIB}})
    assert.equal(chargeIdle(canister, START_NS + 10n * SECOND, fees13), 'paid')
    assert.deepEqual([canister.reservedCycles, canister.cycles, canister.consumed.memory], [0n, 10_000_000n - 1_170_000n, 1_270_000n])
    assert.equal(canister.chargedUntilNs, START_NS + 10n * SECOND)
  })

  it('takes all there is from a canister that cannot pay', () => {
    const canister = aCanister({cycles: 10n, settings: {memoryAllocationBytes: GIB, computeAllocation: 5}})
    assert.equal(chargeIdle(canister, START_NS + 10n * SECOND, fees13), 'dry')
    emptyDryCanister(canister)
    assert.deepEqual(
      [canister.cycles, canister.settings.computeAllocation, canister.settings.memoryAllocationBytes, canister.history.changes.length],
      [0n, 0, 0n, 0],
    )
    assert.equal(canister.history.totalChanges, 1n)
  })
})

describe('storage reservation', () => {
  it('reserves nothing below 750 GiB', () => assert.equal(reservationFor(fees13, 0n, 750n * GIB), 0n))
  it('prepays half of ten years for the last byte of a full subnet', () => {
    const full = reservationFor(fees13, 750n * GIB, 2048n * GIB)
    assert.equal(full, 1298n * 127_000n * 150_000_000n)
    assert.equal(reservationFor(fees13, 0n, 1000n * GIB) + reservationFor(fees13, 1000n * GIB, 2048n * GIB), full)
  })
  it('stops at the limit of the canister, and at its balance', () => {
    const canister = aCanister({cycles: 100n, settings: {reservedCyclesLimit: 50n, freezingThresholdSeconds: 0n}})
    assert.deepEqual(reserveCycles(canister, 60n, fees13), {errorCode: 'IC0534', limitCycles: 50n, exceededByCycles: 10n})
    assert.equal(reserveCycles(canister, 50n, fees13), undefined)
    assert.deepEqual([canister.cycles, canister.reservedCycles], [50n, 50n])
    canister.settings = {...canister.settings, reservedCyclesLimit: 500n}
    assert.deepEqual(reserveCycles(canister, 60n, fees13), {errorCode: 'IC0532', missingCycles: 10n})
    assert.deepEqual([canister.cycles, canister.reservedCycles], [50n, 50n])
  })
})
