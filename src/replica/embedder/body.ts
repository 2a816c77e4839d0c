/**
 * Rewrites function bodies in one walk: metering, call depth, heap prefix, dirty pages, canonical NaNs, 64-bit addresses, function indices.
 *
 * It checks every opcode, index and label against the original module, so that what V8 accepts afterwards was valid before: each original
 * instruction becomes code of the same stack type, and V8 checks types.
 */

import {encodeSleb128} from '../../base/leb128.js'
import {OP, OP_FC, OP_FD, TYPE} from '../../wasm/constants.js'
import {WasmReader} from '../../wasm/reader.js'
import {ControlRewriter} from './control.js'
import {COMPLEXITY, COMPLEXITY_MEMORY_COPY} from './costs.js'
import {InvalidModuleError} from './errors.js'
import {HeapAccess, LANE} from './heap-access.js'
import {MAX_FUNCTION_COMPLEXITY, MAX_FUNCTION_INSTRUCTIONS, MAX_INSTRUMENTED_BODY_BYTES, MAX_LOCALS} from './limits.js'
import {Meter, TEMP} from './meter.js'
import {CAN_BE_NAN, canonicalise, canonicaliseVector} from './nan.js'
import {failUnknown, readIndex, readValueType} from './operands.js'
import type {Plan} from './plan.js'

/** Scalar stores from `i32.store` on → the temp for their value. */
const STORE_VALUE = [TEMP.i32, TEMP.i64, TEMP.f32, TEMP.f64, TEMP.i32, TEMP.i32, TEMP.i64, TEMP.i64, TEMP.i64]
const REFUSED_TABLE_OPS = new Map<number, string>([
  [OP_FC.tableInit, 'table.init'],
  [OP_FC.tableCopy, 'table.copy'],
  [OP_FC.tableGrow, 'table.grow'],
  [OP_FC.tableFill, 'table.fill'],
])
/** Gaps in the fixed-width vector opcodes 0..255. */
const UNASSIGNED_VECTOR = new Set([154, 162, 165, 166, 175, 176, 178, 179, 180, 187, 194, 197, 198, 207, 208, 210, 211, 212, 226, 238])

export class BodyRewriter {
  readonly #plan: Plan
  readonly #meter: Meter
  readonly #reader: WasmReader
  readonly #heap: HeapAccess
  readonly #control: ControlRewriter
  readonly #blockTypes = new Map<number, readonly number[]>()
  #functionIndex = 0
  #instructions = 0
  #complexity = 0
  #locals = 0

  constructor(plan: Plan) {
    this.#plan = plan
    this.#meter = new Meter(plan)
    this.#reader = new WasmReader(plan.module.bytes)
    this.#heap = new HeapAccess(this.#meter, this.#reader)
    this.#control = new ControlRewriter(this.#meter, this.#reader)
  }

  /** True once a body contains `data.drop`. */
  get dropsData(): boolean {
    return this.#heap.dropsData
  }

  /** Rewrites the body of defined function `index`. The result is valid until the next call. Throws WasmFormatError, InvalidModuleError. */
  rewrite(index: number): {readonly body: Uint8Array; readonly instructions: number} {
    const {start, end} = this.#plan.module.bodies[index]!
    this.#functionIndex = index + this.#plan.importedFunctions.length
    this.#reader.seek(start, end)
    this.#complexity = 0
    this.#control.depth = 0
    this.#enter()
    this.#rewriteInstructions()
    if (!this.#reader.atEnd) this.#reader.fail('function body has bytes left over')
    this.#checkSize('size', this.#instructions, MAX_FUNCTION_INSTRUCTIONS)
    this.#checkSize('complexity', this.#complexity, MAX_FUNCTION_COMPLEXITY)
    const body = this.#meter.leave()
    this.#checkSize('instrumented size', body.length, MAX_INSTRUMENTED_BODY_BYTES)
    return {body, instructions: this.#instructions}
  }

  #enter(): void {
    const reader = this.#reader
    const typeIndex = this.#plan.functionTypes[this.#functionIndex]!
    const {params} = this.#plan.types.all[typeIndex]!
    const groups = reader.u32()
    const start = reader.offset
    let locals = params.length
    for (let group = 0; group < groups; group++) {
      locals += reader.u32()
      readValueType(reader)
      if (locals > MAX_LOCALS) reader.fail('too many locals')
    }
    this.#locals = locals
    this.#meter.enter(reader.bytes.subarray(start, reader.offset), groups, locals, this.#blockType(typeIndex))
  }

  /** Of a block that gives what the function gives. */
  #blockType(typeIndex: number): readonly number[] {
    let blockType = this.#blockTypes.get(typeIndex)
    if (!blockType) {
      const {results} = this.#plan.types.all[typeIndex]!
      if (results.length === 0) blockType = [TYPE.empty]
      else blockType = results.length === 1 ? results : [...encodeSleb128(this.#plan.types.indexOf({params: [], results}))]
      this.#blockTypes.set(typeIndex, blockType)
    }
    return blockType
  }

  /** To the end of the function. The loop that a module's time to compile hangs on: what it uses lies in locals. */
  #rewriteInstructions(): void {
    const [reader, meter, heap, control, locals] = [this.#reader, this.#meter, this.#heap, this.#control, this.#locals]
    const {out} = meter
    const costs = this.#plan.costs.single
    let [instructions, complexity] = [0, 0]
    while (control.depth >= 0) {
      const start = reader.offset
      const opcode = reader.byte()
      instructions++
      complexity += COMPLEXITY[opcode]!
      if (opcode < OP.prefixFc && costs[opcode]! !== 0) meter.charge(costs[opcode]!)
      if (opcode >= OP.localGet && opcode <= OP.localTee) {
        readIndex(reader, locals, 'local')
        out.copy(reader.bytes, start, reader.offset)
      } else if (opcode >= 0x45 && opcode <= 0xc4) {
        out.byte(opcode)
        if (CAN_BE_NAN[opcode] === 1) canonicalise(meter, opcode, reader.bytes[reader.offset]!, reader.bytes[reader.offset + 1]!)
      } else if (opcode === OP.i32Const || opcode === OP.i64Const) {
        reader.skipLeb(opcode === OP.i32Const ? 5 : 10)
        out.copy(reader.bytes, start, reader.offset)
      } else if (opcode >= OP.i32Load && opcode < OP.i32Store) heap.rewrite(start, start + 1)
      else if (opcode >= OP.i32Store && opcode <= OP.i64Store32) heap.rewrite(start, start + 1, STORE_VALUE[opcode - OP.i32Store]!)
      else this.#otherInstruction(opcode, start)
    }
    this.#instructions = instructions
    this.#complexity += complexity
  }

  #otherInstruction(opcode: number, start: number): void {
    if (opcode <= OP.returnCallIndirect) this.#control.rewrite(opcode, start)
    else if (opcode === OP.prefixFc) this.#afterFc(start)
    else if (opcode === OP.prefixFd) this.#afterFd(start)
    else if (opcode === OP.memorySize) this.#heap.rewriteSize()
    else if (opcode === OP.memoryGrow) this.#heap.rewriteGrow()
    else if (opcode === OP.refFunc) this.#control.rewriteFunctionReference(opcode)
    else if (opcode === OP.tableGet) this.#control.rewriteTableGet()
    else if (opcode === OP.tableSet) this.#refuse('table.set')
    else {
      this.#skipImmediates(opcode)
      this.#meter.out.copy(this.#reader.bytes, start, this.#reader.offset)
    }
  }

  /** Of instructions that are copied as they are. */
  #skipImmediates(opcode: number): void {
    const reader = this.#reader
    if (opcode === OP.f32Const) reader.skip(4)
    else if (opcode === OP.f64Const) reader.skip(8)
    else if (opcode === OP.globalGet || opcode === OP.globalSet) readIndex(reader, this.#plan.module.globals.length, 'global')
    else if (opcode === OP.selectTyped) reader.vector(() => readValueType(reader), 1)
    else if (opcode === OP.refNull) readValueType(reader)
    else if (opcode !== OP.drop && opcode !== OP.select && opcode !== OP.refIsNull) failUnknown(reader, opcode)
  }

  #afterFc(start: number): void {
    const reader = this.#reader
    const opcode = reader.u32()
    if (opcode > OP_FC.tableFill) failUnknown(reader, OP.prefixFc, opcode)
    this.#meter.charge(this.#plan.costs.afterFc[opcode]!)
    const refused = REFUSED_TABLE_OPS.get(opcode)
    if (refused) this.#refuse(refused)
    if (opcode === OP_FC.memoryInit) this.#heap.rewriteInit()
    else if (opcode === OP_FC.dataDrop) this.#heap.rewriteDrop()
    else if (opcode === OP_FC.memoryFill) this.#heap.rewriteFill()
    else if (opcode === OP_FC.memoryCopy) {
      this.#complexity += COMPLEXITY_MEMORY_COPY - 1
      this.#heap.rewriteCopy()
    } else if (opcode === OP_FC.tableSize) this.#control.rewriteTableSize()
    else {
      if (opcode === OP_FC.elemDrop) readIndex(reader, this.#plan.module.elements.length, 'element segment')
      this.#meter.out.copy(reader.bytes, start, reader.offset)
    }
  }

  #afterFd(start: number): void {
    const reader = this.#reader
    const opcode = reader.u32()
    if (opcode > 255 || UNASSIGNED_VECTOR.has(opcode)) failUnknown(reader, OP.prefixFd, opcode)
    this.#meter.charge(this.#plan.costs.afterFd[opcode]!)
    const end = reader.offset
    if (opcode === OP_FD.v128Store) this.#heap.rewrite(start, end, TEMP.v128)
    else if (opcode < OP_FD.v128Store || opcode === 92 || opcode === 93) this.#heap.rewrite(start, end)
    else if (opcode >= 88 && opcode <= 91) this.#heap.rewrite(start, end, TEMP.v128, LANE)
    else if (opcode >= 84 && opcode <= 87) this.#heap.rewriteLoadLane(start, end)
    else {
      if (opcode === OP_FD.v128Const || opcode === OP_FD.i8x16Shuffle) reader.skip(16)
      else if (opcode >= 21 && opcode <= 34) reader.skip(1)
      this.#meter.out.copy(reader.bytes, start, reader.offset)
      canonicaliseVector(this.#meter, opcode)
    }
  }

  #checkSize(what: string, found: number, allowed: number): void {
    if (found > allowed)
      throw new InvalidModuleError(
        `Wasm module contains a function at index ${this.#functionIndex} of ${what} ${found} that exceeds the maximum allowed ${what} of ${allowed}.`,
      )
  }

  #refuse(instruction: string): never {
    throw new InvalidModuleError(
      `Wasm module contains an unsupported instruction ${instruction} in the function at index ${this.#functionIndex}.`,
    )
  }
}
