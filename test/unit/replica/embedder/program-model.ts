/**
 * Random structured programs and a model that runs them: an interpreter of flat instruction lists which counts by the IC's rule as it is
 * written (`execution-and-cycles.md` section 5), with nothing of the engine's code.
 */

import fc from 'fast-check'
import {OP, TYPE} from '../../../../src/wasm/constants.js'
import type {ModuleParts} from '../../../../src/wasm/encode.js'
import {i32Const, uleb} from '../../../../src/wasm/instructions.js'
import {i32, PROCEDURE} from './makers.js'

export interface Instruction {
  readonly opcode: number
  readonly operands: readonly number[]
}

export const VARIABLES = 3
export const GLOBALS = 2
const LOOP_DEPTH = 3
/** Import 0. */
export const TICK = 0
const DIVIDE = 0x6d

const of = (opcode: number, ...operands: number[]): Instruction => ({opcode, operands})
const variable = fc.nat(VARIABLES - 1)

/** Statements of function `index` among `functions`, inside `labels` blocks and `loops` loops. */
function statements(index: number, functions: number, labels: number, loops: number, depth: number): fc.Arbitrary<Instruction[]> {
  const inner = (moreLoops = 0) =>
    depth === 0 ? fc.constant<Instruction[]>([]) : statements(index, functions, labels + 1, loops + moreLoops, depth - 1)
  const condition = variable.map((from) => of(OP.localGet, from))
  const simple: fc.Arbitrary<Instruction[]>[] = [
    fc.constant([of(OP.nop)]),
    fc
      .tuple(variable, variable, fc.integer({min: -3, max: 3}))
      .map(([to, from, add]) => [of(OP.localGet, from), of(OP.i32Const, add), of(OP.i32Add), of(OP.localSet, to)]),
    fc.tuple(variable, variable).map(([to, from]) => [of(OP.i32Const, 12), of(OP.localGet, from), of(DIVIDE), of(OP.localSet, to)]),
    fc.tuple(variable, fc.nat(GLOBALS - 1)).map(([from, to]) => [of(OP.localGet, from), of(OP.globalSet, to)]),
    fc.constant([of(OP.call, TICK)]),
    fc.nat(labels).map((label) => [of(OP.br, label)]),
    fc.tuple(condition, fc.nat(labels)).map(([test, label]) => [test, of(OP.brIf, label)]),
    fc
      .tuple(condition, fc.array(fc.nat(labels), {minLength: 1, maxLength: 4}))
      .map(([test, targets]) => [test, of(OP.brTable, ...targets)]),
    fc.constant([of(OP.return)]),
    fc.constant([of(OP.unreachable)]),
  ]
  const weights = [4, 8, 2, 4, 2, 1, 4, 2, 1, 1]
  const nested: fc.Arbitrary<Instruction[]>[] = [
    inner().map((body) => [of(OP.block), ...body, of(OP.end)]),
    fc.tuple(condition, inner()).map(([test, body]) => [test, of(OP.if), ...body, of(OP.end)]),
    fc.tuple(condition, inner(), inner()).map(([test, yes, no]) => [test, of(OP.if), ...yes, of(OP.else), ...no, of(OP.end)]),
  ]
  if (index + 1 < functions) simple.push(fc.integer({min: index + 1, max: functions - 1}).map((callee) => [of(OP.call, callee + 1)]))
  if (loops < LOOP_DEPTH)
    nested.push(
      fc.tuple(fc.integer({min: 1, max: 4}), inner(1)).map(([turns, body]) => {
        const counter = VARIABLES + loops
        const step = [of(OP.localGet, counter), of(OP.i32Const, -1), of(OP.i32Add), of(OP.localTee, counter), of(OP.brIf, 0)]
        return [of(OP.i32Const, turns), of(OP.localSet, counter), of(OP.loop), ...body, ...step, of(OP.end)]
      }),
    )
  const choices = [
    ...simple.map((arbitrary, position) => ({weight: weights[position] ?? 2, arbitrary})),
    ...nested.map((arbitrary) => ({weight: depth === 0 ? 0 : 4, arbitrary})),
  ]
  return fc.array(fc.oneof(...choices), {maxLength: 6}).map((parts) => parts.flat())
}

/** The bodies of one to four functions; each calls only later ones, so every program ends unless a branch makes a loop endless. */
export const program: fc.Arbitrary<Instruction[][]> = fc
  .integer({min: 1, max: 4})
  .chain((functions) => fc.tuple(...Array.from({length: functions}, (_, index) => statements(index, functions, 0, 0, 3))))

export function encodeProgram(bodies: readonly (readonly Instruction[])[]): ModuleParts {
  return {
    imports: [{module: 'ic0', name: 'tick', type: PROCEDURE}],
    memory: {minimum: 1},
    globals: Array.from({length: GLOBALS}, () => ({type: i32, isMutable: true, initial: i32Const(0)})),
    functions: bodies.map((body, index) => ({
      type: PROCEDURE,
      locals: new Array<number>(VARIABLES + LOOP_DEPTH).fill(i32),
      body: body.flatMap(encode),
      ...(index === 0 ? {exports: ['run']} : {}),
    })),
  }
}

function encode({opcode, operands}: Instruction): number[] {
  if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) return [opcode, TYPE.empty]
  if (opcode === OP.i32Const) return i32Const(operands[0]!)
  if (opcode === OP.brTable) return [opcode, ...uleb(operands.length - 1), ...operands.flatMap(uleb)]
  return [opcode, ...operands.flatMap(uleb)]
}

const ENDS_REGION = new Set<number>([OP.if, OP.else, OP.end, OP.br, OP.brIf, OP.brTable, OP.return, OP.unreachable, OP.loop])
const COSTS = new Map<number, number>([
  [OP.block, 0],
  [OP.loop, 0],
  [OP.else, 0],
  [OP.end, 0],
  [OP.if, 2],
  [OP.br, 2],
  [OP.brIf, 2],
  [OP.brTable, 2],
  [OP.call, 5],
  [OP.globalSet, 2],
  [DIVIDE, 10],
])

/** What ends a run of the model. */
export type Ending = 'ok' | 'outOfInstructions' | 'unreachable' | 'integer division by 0'
class Ended extends Error {
  constructor(readonly ending: Ending) {
    super(ending)
  }
}

export class Model {
  used = 0
  readonly globals = new Array<number>(GLOBALS).fill(0)
  /** Instructions used at each host call. */
  readonly ticks: number[] = []

  constructor(
    readonly bodies: readonly (readonly Instruction[])[],
    readonly limit: number,
  ) {}

  run(): Ending {
    try {
      this.#call(0)
      return 'ok'
    } catch (error) {
      if (error instanceof Ended) return error.ending
      throw error
    }
  }

  #call(index: number): void {
    const code = [...this.bodies[index]!, of(OP.end)]
    const ends = matchEnds(code)
    const locals = new Array<number>(VARIABLES + LOOP_DEPTH).fill(0)
    const stack: number[] = []
    /** Open blocks: where a branch to them goes. */
    const labels: {readonly target: number; readonly isLoop: boolean}[] = []
    let at = 0
    this.#enterRegion(code, 0, 1, true)
    const branch = (label: number): number => {
      if (label === labels.length) return code.length
      labels.length -= label
      const {target, isLoop} = labels.at(-1)!
      if (!isLoop) labels.pop()
      this.#enterRegion(code, target, 0, isLoop)
      return target
    }
    while (at < code.length) {
      const {opcode, operands} = code[at]!
      const next = at + 1
      at = next
      if (opcode === OP.block) labels.push({target: ends.get(next - 1)! + 1, isLoop: false})
      else if (opcode === OP.loop) {
        labels.push({target: next, isLoop: true})
        this.#enterRegion(code, next, 0, true)
      } else if (opcode === OP.if) {
        const end = ends.get(next - 1)!
        const otherwise = findElse(code, next - 1, end)
        labels.push({target: end + 1, isLoop: false})
        if (stack.pop() === 0) {
          at = otherwise === undefined ? end + 1 : otherwise + 1
          if (otherwise === undefined) labels.pop()
        }
        this.#enterRegion(code, at, 0, false)
      } else if (opcode === OP.else) at = branch(0)
      else if (opcode === OP.end) {
        labels.pop()
        if (at < code.length) this.#enterRegion(code, at, 0, false)
      } else if (opcode === OP.br) at = branch(operands[0]!)
      else if (opcode === OP.brIf) {
        if (stack.pop() !== 0) at = branch(operands[0]!)
        else this.#enterRegion(code, at, 0, false)
      } else if (opcode === OP.brTable) at = branch(operands[Math.min(stack.pop()! >>> 0, operands.length - 1)]!)
      else if (opcode === OP.return) at = code.length
      else if (opcode === OP.unreachable) throw new Ended('unreachable')
      else if (opcode === OP.call && operands[0] === TICK) this.ticks.push(this.used)
      else if (opcode === OP.call) this.#call(operands[0]! - 1)
      else this.#compute(opcode, operands, stack, locals)
    }
  }

  #compute(opcode: number, operands: readonly number[], stack: number[], locals: number[]): void {
    if (opcode === OP.i32Const) stack.push(operands[0]!)
    else if (opcode === OP.localGet) stack.push(locals[operands[0]!]!)
    else if (opcode === OP.localSet) locals[operands[0]!] = stack.pop()!
    else if (opcode === OP.localTee) locals[operands[0]!] = stack.at(-1)!
    else if (opcode === OP.globalSet) this.globals[operands[0]!] = stack.pop()!
    else if (opcode === OP.i32Add) stack.push((stack.pop()! + stack.pop()!) | 0)
    else if (opcode === DIVIDE) {
      const divisor = stack.pop()!
      if (divisor === 0) throw new Ended('integer division by 0')
      stack.push(Math.trunc(stack.pop()! / divisor))
    }
  }

  /** The region from `at` to the next instruction that ends one, charged at once. */
  #enterRegion(code: readonly Instruction[], at: number, extra: number, isChecked: boolean): void {
    let cost = extra
    for (let index = at; index < code.length; index++) {
      cost += COSTS.get(code[index]!.opcode) ?? 1
      if (ENDS_REGION.has(code[index]!.opcode)) break
    }
    this.used += cost
    if (isChecked && this.used > this.limit) throw new Ended('outOfInstructions')
  }
}

/** Index of each block's opening → index of its end. */
function matchEnds(code: readonly Instruction[]): Map<number, number> {
  const ends = new Map<number, number>()
  const open: number[] = []
  code.forEach(({opcode}, index) => {
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) open.push(index)
    else if (opcode === OP.end && open.length > 0) ends.set(open.pop()!, index)
  })
  return ends
}

function findElse(code: readonly Instruction[], start: number, end: number): number | undefined {
  let depth = 0
  for (let index = start + 1; index < end; index++) {
    const {opcode} = code[index]!
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) depth++
    else if (opcode === OP.end) depth--
    else if (opcode === OP.else && depth === 0) return index
  }
  return undefined
}
