/**
 * Writes one function's instrumented body, and meters it: instructions are summed up in regions, each charged where it begins by a constant
 * that is filled in when the region ends (`execution-and-cycles.md` section 5). Also the call depth and the locals that rewriting needs.
 */

import {OP, TYPE} from '../../wasm/constants.js'
import {WasmWriter} from '../../wasm/writer.js'
import {outOfInstructions} from './heap-helpers.js'
import {FRAME_BYTES} from './limits.js'
import {type Plan, STOP} from './plan.js'

/** Locals that a body gets when it needs them: the cached counter, an address as i64 and as i32, a value of each type. */
export const TEMP = {counter: 0, wideAddress: 1, address: 2, i32: 3, i64: 4, f32: 5, f64: 6, v128: 7} as const
const TEMP_TYPES = [TYPE.i64, TYPE.i64, TYPE.i32, TYPE.i32, TYPE.i64, TYPE.f32, TYPE.f64, TYPE.v128]

/** A region's cost is written as a signed LEB128 of three bytes. */
const MAX_REGION_COST = 2 ** 20 - 1

export class Meter {
  readonly out = new WasmWriter(65_536)
  readonly #usesLocal: boolean
  readonly #outOfInstructions: Uint8Array
  readonly #temps = new Int32Array(TEMP_TYPES.length)
  #usedTemps: number[] = []
  #firstTemp = 0
  #tempsAt = 0
  #frameBytes = 0
  /** Where the constant of the open region stands; -1: no region is open. */
  #region = -1
  #cost = 0

  constructor(readonly plan: Plan) {
    this.#usesLocal = plan.variant === 'local'
    this.#outOfInstructions = Uint8Array.from(outOfInstructions(plan))
  }

  /** Starts a body: declarations, charge, depth, and the block that every way out of the function leads through. */
  enter(declarations: Uint8Array, groups: number, locals: number, blockType: readonly number[]): void {
    const {out, plan} = this
    out.length = 0
    out.u32(groups + TEMP_TYPES.length).raw(declarations)
    this.#tempsAt = out.length
    out.raw(new Uint8Array(2 * TEMP_TYPES.length))
    this.#temps.fill(-1)
    this.#usedTemps = []
    this.#firstTemp = locals
    this.#frameBytes = FRAME_BYTES + 8 * locals
    this.#region = -1
    out.byte(OP.globalGet).u32(plan.global.counter)
    this.#openRegion(1)
    this.#check()
    this.#moveStack(OP.i32Sub)
    out.byte(OP.globalGet).u32(plan.global.stack).append(OP.i32Const, 0, OP.i32LtS, OP.if, TYPE.empty)
    this.spill()
    out.append(OP.i32Const, STOP.stackOverflow, OP.globalSet).u32(plan.global.stop).append(OP.unreachable, OP.end)
    out.byte(OP.block).append(...blockType)
  }

  /** Ends the body, after the `end` of its block: gives back counter and stack. */
  leave(): Uint8Array {
    this.closeRegion()
    this.spill()
    this.#moveStack(OP.i32Add)
    this.out.byte(OP.end)
    this.#declareTemps()
    return this.out.view()
  }

  /** Adds an instruction's cost to the open region, or opens one: before the instruction is written. */
  charge(cost: number): void {
    if (cost === 0) return
    if (this.#region >= 0 && this.#cost + cost > MAX_REGION_COST) this.closeRegion()
    if (this.#region >= 0) {
      this.#cost += cost
      return
    }
    this.#counterToStack()
    this.#openRegion(cost)
    this.#counterFromStack()
  }

  /** A region that can be entered again and again: charged at once, and checked. */
  openLoop(): void {
    this.#counterToStack()
    this.#openRegion(0)
    this.#check()
  }

  closeRegion(): void {
    if (this.#region < 0) return
    const {bytes} = this.out
    bytes[this.#region] = (this.#cost & 0x7f) | 0x80
    bytes[this.#region + 1] = ((this.#cost >> 7) & 0x7f) | 0x80
    bytes[this.#region + 2] = this.#cost >> 14
    this.#region = -1
  }

  /** Makes the global counter exact: before calls and whatever else looks at it. */
  spill(): void {
    if (this.#usesLocal) this.get(TEMP.counter).out.byte(OP.globalSet).u32(this.plan.global.counter)
  }

  /** Takes over what a callee has left of the counter. */
  reload(): void {
    if (!this.#usesLocal) return
    this.out.byte(OP.globalGet).u32(this.plan.global.counter)
    this.set(TEMP.counter)
  }

  /** Gives back the frame's stack: before a tail call. */
  releaseFrame(): void {
    this.#moveStack(OP.i32Add)
  }

  get(temp: number): this {
    this.out.byte(OP.localGet).u32(this.#local(temp))
    return this
  }

  set(temp: number): this {
    this.out.byte(OP.localSet).u32(this.#local(temp))
    return this
  }

  tee(temp: number): this {
    this.out.byte(OP.localTee).u32(this.#local(temp))
    return this
  }

  #local(temp: number): number {
    if (this.#temps[temp]! < 0) this.#temps[temp] = this.#firstTemp + this.#usedTemps.push(temp) - 1
    return this.#temps[temp]!
  }

  #counterToStack(): void {
    if (this.#usesLocal) this.get(TEMP.counter)
    else this.out.byte(OP.globalGet).u32(this.plan.global.counter)
  }

  #counterFromStack(): void {
    if (this.#usesLocal) this.set(TEMP.counter)
    else this.out.byte(OP.globalSet).u32(this.plan.global.counter)
  }

  /** With the counter on the stack: subtracts a constant yet to be known. */
  #openRegion(cost: number): void {
    this.closeRegion()
    this.out.byte(OP.i64Const)
    this.#region = this.out.length
    this.#cost = cost
    this.out.append(0, 0, 0, OP.i64Sub)
  }

  /** With the counter on the stack: stores it and stops when it is negative. */
  #check(): void {
    if (this.#usesLocal) this.tee(TEMP.counter)
    else this.out.byte(OP.globalSet).u32(this.plan.global.counter).byte(OP.globalGet).u32(this.plan.global.counter)
    this.out.append(OP.i64Const, 0, OP.i64LtS, OP.if, TYPE.empty)
    this.spill()
    this.out.raw(this.#outOfInstructions).byte(OP.end)
  }

  #moveStack(operator: number): void {
    const {stack} = this.plan.global
    this.out.byte(OP.globalGet).u32(stack).byte(OP.i32Const).s64(this.#frameBytes).byte(operator).byte(OP.globalSet).u32(stack)
  }

  /** One group of one local for each temp in use, in the order of first use; the rest stay groups of none. */
  #declareTemps(): void {
    for (let position = 0; position < TEMP_TYPES.length; position++) {
      const temp = this.#usedTemps[position]
      this.out.bytes[this.#tempsAt + 2 * position] = temp === undefined ? 0 : 1
      this.out.bytes[this.#tempsAt + 2 * position + 1] = temp === undefined ? TYPE.i32 : TEMP_TYPES[temp]!
    }
  }
}
