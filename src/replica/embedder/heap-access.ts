/**
 * Rewrites loads, stores and bulk operations: adds the prefix to the offset, brings 64-bit addresses to 32 bits, marks the page of a store's
 * first byte dirty. A store that crosses into the next page marks one page only; whoever collects pages looks `PAGE_OVERHANG` bytes further.
 */

import {OP, OP_FC, TYPE} from '../../wasm/constants.js'
import type {WasmReader} from '../../wasm/reader.js'
import {TRAP_OUT_OF_BOUNDS} from './heap-helpers.js'
import {HEAP_BASE} from './layout.js'
import {type Meter, TEMP} from './meter.js'
import type {Plan} from './plan.js'

const MAX_OFFSET = 2 ** 32 - 1
const TRAP = Uint8Array.from(TRAP_OUT_OF_BOUNDS)
/** With an address on the stack: marks its page. */
const MARK = Uint8Array.of(OP.i32Const, 12, OP.i32ShrU, OP.i32Const, 1, OP.i32Store8, 0, 0)
/** With a 64-bit address on the stack: traps when it is 2^32 or more. */
const CHECK_WIDE = Uint8Array.of(OP.i64Const, 32, OP.i64ShrU, OP.i32WrapI64, OP.if, TYPE.empty, ...TRAP_OUT_OF_BOUNDS, OP.end)

const NONE = -1

/** What an access has beside its address. */
export interface Beside {
  /** A lane's number follows the offset. */
  readonly hasLane: boolean
  /** The temp that holds a loaded lane's vector, taken from above the address; -1: there is none. */
  readonly above: number
}

export const LANE: Beside = {hasLane: true, above: NONE}
const NOTHING: Beside = {hasLane: false, above: NONE}

export class HeapAccess {
  readonly #plan: Plan
  /** True once a body contains `data.drop`. */
  dropsData = false

  constructor(
    readonly meter: Meter,
    readonly reader: WasmReader,
  ) {
    this.#plan = meter.plan
  }

  requireMemory(): void {
    if (!this.#plan.hasMemory) this.reader.fail('memory instruction in a module without memory')
  }

  /** A load or store whose opcode is `[start, end)` of the original; a store's value goes to the temp `value` meanwhile. */
  rewrite(start: number, end: number, value = NONE, {hasLane, above} = NOTHING): void {
    this.requireMemory()
    const {out} = this.meter
    const align = this.reader.byte()
    if (align > 4) this.reader.fail('alignment is too large')
    const offset = this.#plan.isWasm64 ? this.reader.u64() : this.reader.u32()
    const lane = hasLane ? this.reader.byte() : undefined
    if (offset + HEAP_BASE > MAX_OFFSET) {
      out.raw(TRAP)
      return
    }
    if (value !== NONE) this.#markStore(offset, value)
    else if (this.#plan.isWasm64) this.#narrowAddress()
    if (above !== NONE) this.meter.get(above)
    out
      .copy(this.reader.bytes, start, end)
      .byte(align)
      .u32(offset + HEAP_BASE)
    if (lane !== undefined) out.byte(lane)
  }

  /** A lane's load, whose address lies under a vector. */
  rewriteLoadLane(start: number, end: number): void {
    if (!this.#plan.isWasm64) this.rewrite(start, end, NONE, LANE)
    else {
      this.meter.set(TEMP.v128)
      this.rewrite(start, end, NONE, {hasLane: true, above: TEMP.v128})
    }
  }

  /** From `[address, value]` to the same, 32 bits wide, with the page marked. */
  #markStore(offset: number, value: number): void {
    const {meter} = this
    meter.set(value)
    if (this.#plan.isWasm64) this.#narrowAddress()
    meter.tee(TEMP.address)
    if (offset !== 0)
      meter.out
        .byte(OP.i32Const)
        .s64(offset | 0)
        .byte(OP.i32Add)
    meter.out.raw(MARK)
    meter.get(TEMP.address).get(value)
  }

  /** From a 64-bit address to one of 32 bits; out of bounds when it does not fit. */
  #narrowAddress(): void {
    const {meter} = this
    meter.tee(TEMP.wideAddress).out.raw(CHECK_WIDE)
    meter.get(TEMP.wideAddress).out.byte(OP.i32WrapI64)
  }

  rewriteSize(): void {
    this.requireMemory()
    this.#readMemoryIndex()
    this.meter.out.byte(OP.globalGet).u32(this.#plan.global.pages)
    if (this.#plan.isWasm64) this.meter.out.byte(OP.i64ExtendI32U)
  }

  rewriteGrow(): void {
    this.requireMemory()
    this.#readMemoryIndex()
    this.#callHelper('grow')
  }

  rewriteFill(): void {
    this.requireMemory()
    this.#readMemoryIndex()
    this.#callHelper('fill')
  }

  rewriteCopy(): void {
    this.requireMemory()
    this.#readMemoryIndex()
    this.#readMemoryIndex()
    this.#callHelper('copy')
  }

  rewriteInit(): void {
    this.requireMemory()
    const segment = this.#readSegment()
    this.#readMemoryIndex()
    this.#callHelper('prepareInit')
    this.meter.out.append(OP.prefixFc, OP_FC.memoryInit).u32(segment).byte(0)
  }

  /** Dropping is lost with the instance on the IC, which makes a new one for each message: remembers that it happened. */
  rewriteDrop(): void {
    const segment = this.#readSegment()
    this.dropsData = true
    this.meter.out.append(OP.i32Const, 1, OP.globalSet).u32(this.#plan.global.dropped)
    this.meter.out.append(OP.prefixFc, OP_FC.dataDrop).u32(segment)
  }

  #callHelper(name: 'grow' | 'fill' | 'copy' | 'prepareInit'): void {
    this.meter.spill()
    this.meter.out.byte(OP.call).u32(this.#plan.helper[name])
    this.meter.reload()
  }

  #readSegment(): number {
    const segment = this.reader.u32()
    const {module} = this.#plan
    if (module.dataCount === undefined) this.reader.fail('data count section required')
    return segment < module.data.length ? segment : this.reader.fail(`unknown data segment ${segment}`)
  }

  #readMemoryIndex(): void {
    if (this.reader.byte() !== 0) this.reader.fail('memory index is not zero')
  }
}
