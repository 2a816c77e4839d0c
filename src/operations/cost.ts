/** Prices from the fee table of the replica, for a subnet of a given size. */

import {groupDigits} from '../candid/print-type.js'
import {type FeeTable, feesFor, scaleCycles} from '../replica/cycles/fees.js'

/** Application subnets of the main network. */
export const DEFAULT_NODES = 13
const GIB = 1_073_741_824n
const SECONDS_PER_MONTH = 2_592_000n
/** Of an envelope around a small argument. */
const ENVELOPE_BYTES = 300n

export type CostQuestion =
  | {readonly kind: 'call'; readonly argumentBytes: bigint; readonly instructions: bigint}
  | {readonly kind: 'install'; readonly moduleBytes: bigint; readonly instructions: bigint}
  | {readonly kind: 'storage'; readonly bytes: bigint}
  | {readonly kind: 'create'}

export interface CostLine {
  readonly what: string
  readonly cycles: bigint
}

export interface CostReport {
  readonly nodes: number
  readonly lines: readonly CostLine[]
  readonly total: bigint
}

/** `cost`: asks no network. */
export function estimateCost(question: CostQuestion, nodes: number = DEFAULT_NODES): CostReport {
  const fees = feesFor({type: 'application', feeNodeCount: nodes})
  const lines = linesOf(question, fees).map(({what, cycles}) => ({what, cycles: scaleCycles(fees, cycles)}))
  return {nodes, lines, total: lines.reduce((sum, {cycles}) => sum + cycles, 0n)}
}

function linesOf(question: CostQuestion, fees: FeeTable): CostLine[] {
  switch (question.kind) {
    case 'call':
      return [ingress(fees, question.argumentBytes), execution(fees, question.instructions)]
    case 'install':
      return [ingress(fees, question.moduleBytes), execution(fees, question.instructions)]
    case 'storage':
      return [{what: 'storage for 30 days', cycles: (fees.storageGibSecond * SECONDS_PER_MONTH * question.bytes) / GIB}]
    case 'create':
      return [{what: 'creation', cycles: fees.canisterCreation}]
  }
}

const ingress = ({ingress: base, ingressByte}: FeeTable, bytes: bigint): CostLine => ({
  what: 'message in',
  cycles: base + ingressByte * (bytes + ENVELOPE_BYTES),
})

const execution = ({executionBase, instruction}: FeeTable, instructions: bigint): CostLine => ({
  what: 'execution',
  cycles: executionBase + instruction * instructions,
})

export function renderCost({nodes, lines, total}: CostReport): string {
  const digits = (cycles: bigint): string => groupDigits(String(cycles))
  const rows = lines.map(({what, cycles}) => `${what}: ${digits(cycles)} cycles`)
  return [...rows, `total on a subnet of ${nodes} nodes: ${digits(total)} cycles`].join('\n')
}
