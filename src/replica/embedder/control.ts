/** Rewrites control flow, calls and table reads, and checks their labels and indices against the original module. */

import {OP, OP_FC, TYPE} from '../../wasm/constants.js'
import type {WasmReader} from '../../wasm/reader.js'
import {type Meter, TEMP} from './meter.js'
import {failUnknown, isValueType, readIndex} from './operands.js'
import {isTable64, type Plan, STOP} from './plan.js'

export class ControlRewriter {
  readonly #plan: Plan
  /** Open blocks of the function; -1 once it has ended. */
  depth = 0

  constructor(
    readonly meter: Meter,
    readonly reader: WasmReader,
  ) {
    this.#plan = meter.plan
  }

  /** Opcodes up to `return_call_indirect`. All but `nop`, `block`, `loop` and calls that return end the metering region. */
  rewrite(opcode: number, start: number): void {
    const {meter} = this
    if (opcode === OP.nop) meter.out.byte(opcode)
    else if (opcode === OP.block) this.#openBlock(start)
    else if (opcode === OP.loop) {
      meter.closeRegion()
      this.#openBlock(start)
      meter.openLoop()
    } else if (opcode === OP.call) {
      meter.spill()
      this.rewriteFunctionReference(opcode)
      meter.reload()
    } else if (opcode === OP.callIndirect) {
      this.#callIndirect(opcode)
      meter.reload()
    } else {
      this.#leaveRegion(opcode, start)
      meter.closeRegion()
    }
  }

  #leaveRegion(opcode: number, start: number): void {
    const {meter, reader} = this
    const {out} = meter
    if (opcode === OP.end) {
      this.depth--
      out.byte(opcode)
    } else if (opcode === OP.br || opcode === OP.brIf) {
      this.#readLabel()
      out.copy(reader.bytes, start, reader.offset)
    } else if (opcode === OP.if) this.#openBlock(start)
    else if (opcode === OP.else) {
      if (this.depth === 0) reader.fail('else without if')
      out.byte(opcode)
    } else if (opcode === OP.return) out.byte(OP.br).u32(this.depth)
    else if (opcode === OP.unreachable) {
      meter.spill()
      out.byte(opcode)
    } else if (opcode === OP.brTable) {
      for (let count = reader.u32() + 1; count > 0; count--) this.#readLabel()
      out.copy(reader.bytes, start, reader.offset)
    } else if (opcode === OP.returnCall) {
      meter.spill()
      meter.releaseFrame()
      this.rewriteFunctionReference(opcode)
    } else if (opcode === OP.returnCallIndirect) this.#callIndirect(opcode)
    else failUnknown(reader, opcode)
  }

  /** `call`, `return_call`, `ref.func`. */
  rewriteFunctionReference(opcode: number): void {
    const {functionMap} = this.#plan
    this.meter.out.byte(opcode).u32(functionMap[readIndex(this.reader, functionMap.length, 'function')]!)
  }

  rewriteTableGet(): void {
    const table = this.#readTable()
    if (isTable64(this.#plan, table)) this.#narrowTableIndex()
    this.meter.out.byte(OP.tableGet).u32(table)
  }

  rewriteTableSize(): void {
    const table = this.#readTable()
    this.meter.out.append(OP.prefixFc, OP_FC.tableSize).u32(table)
    if (isTable64(this.#plan, table)) this.meter.out.byte(OP.i64ExtendI32U)
  }

  #openBlock(start: number): void {
    const {reader} = this
    const at = reader.offset
    const type = reader.s33()
    if (type >= this.#plan.module.types.length) reader.fail(`unknown type ${type}`)
    // Negative ones are a value type or "empty" (-64), one byte long.
    if (type < 0 && (reader.offset !== at + 1 || (type !== -64 && !isValueType(type + 128)))) reader.fail('unknown block type')
    this.depth++
    this.meter.out.copy(reader.bytes, start, reader.offset)
  }

  #callIndirect(opcode: number): void {
    const {meter, reader} = this
    const type = readIndex(reader, this.#plan.module.types.length, 'type')
    const table = this.#readTable()
    meter.spill()
    if (isTable64(this.#plan, table)) this.#narrowTableIndex()
    if (this.#plan.variant !== 'local') this.#checkElement(table)
    if (opcode === OP.returnCallIndirect) meter.releaseFrame()
    meter.out.byte(opcode).u32(type).u32(table)
  }

  /** Tells a null element (trap "unknown") from one of another type: V8 gives both the same message. */
  #checkElement(table: number): void {
    const {out} = this.meter
    this.meter.tee(TEMP.address)
    out.append(OP.prefixFc, OP_FC.tableSize).u32(table).append(OP.i32LtU, OP.if, TYPE.empty)
    this.meter.get(TEMP.address)
    out.byte(OP.tableGet).u32(table).append(OP.refIsNull, OP.if, TYPE.empty)
    out.append(OP.i32Const, STOP.nullElement, OP.globalSet).u32(this.#plan.global.stop).append(OP.unreachable, OP.end, OP.end)
    this.meter.get(TEMP.address)
  }

  /** Tables have at most a million elements: -1 is out of bounds as any index above 32 bits is. */
  #narrowTableIndex(): void {
    const minusOne = 0x7f
    this.meter.tee(TEMP.wideAddress).out.append(OP.i32WrapI64, OP.i32Const, minusOne)
    this.meter.get(TEMP.wideAddress).out.append(OP.i64Const, 32, OP.i64ShrU, OP.i64Eqz, OP.select)
  }

  #readLabel(): void {
    readIndex(this.reader, this.depth + 1, 'label')
  }

  #readTable(): number {
    return readIndex(this.reader, this.#plan.tables.length, 'table')
  }
}
