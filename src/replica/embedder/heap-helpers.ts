/** Helper functions for the heap: growth, bulk writes with their charge and dirty marks, data segments. Bodies come without their `end`. */

import {OP, OP_FC} from '../../wasm/constants.js'
import {
  access,
  type Code,
  call,
  code,
  globalGet,
  globalSet,
  i32Const,
  i64Const,
  ifThen,
  localGet,
  localSet,
  localTee,
  uleb,
} from '../../wasm/instructions.js'
import {PAGE_BYTES} from '../state/paged-memory.js'
import {HEAP_BASE, PREFIX_PAGES} from './layout.js'
import {type Plan, STOP} from './plan.js'

/** Larger than every heap and every instruction limit; a bulk operation of more bytes counts as this many. */
const HUGE = 2 ** 53
const PAGE_SHIFT = Math.log2(PAGE_BYTES)

/** Ends the execution as a load outside the heap does. */
export const TRAP_OUT_OF_BOUNDS: Code = code(i32Const(-1), access(OP.i32Load), OP.unreachable)

/** What to do when the counter is negative: end the execution, or ask for fuel. The counter must be in its global. */
export function outOfInstructions(plan: Plan): Code {
  if (plan.variant === 'refuel') return call(plan.outOfSlice)
  return code(i32Const(STOP.outOfInstructions), globalSet(plan.global.stop), OP.unreachable)
}

/**
 * `memory.grow`: -1 above the maximum or when the owner refuses. Pages that a rollback left behind are used again before new
 * ones. When the machine has no memory, that is no answer for the canister: other nodes have some.
 */
export function growBody(plan: Plan): number[] {
  const {pages} = plan.global
  const result = plan.isWasm64 ? [OP.i64ExtendI32U] : []
  const noMemory = code(i32Const(STOP.noMemory), globalSet(plan.global.stop), OP.unreachable)
  const refuse = code(plan.isWasm64 ? i64Const(-1) : i32Const(-1), OP.return)
  return code(
    // More than the maximum allows: compared before adding, so that nothing overflows.
    ...[widen(plan, 0), localTee(1), i64Const(plan.maximumPages), globalGet(pages), OP.i64ExtendI32U, OP.i64Sub, OP.i64GtU],
    ifThen(refuse),
    ...[globalGet(pages), localGet(1), OP.i32WrapI64, call(plan.growMemory), OP.i32Eqz, ifThen(refuse)],
    // new pages = heap + delta + prefix - size of the memory, when positive
    ...[globalGet(pages), OP.i64ExtendI32U, localGet(1), OP.i64Add, i64Const(PREFIX_PAGES), OP.i64Add],
    ...[OP.memorySize, 0, OP.i64ExtendI32U, OP.i64Sub, localTee(1), i64Const(0), OP.i64GtS],
    ifThen(localGet(1), OP.i32WrapI64, OP.memoryGrow, 0, i32Const(0), OP.i32LtS, ifThen(noMemory)),
    ...[globalGet(pages), result, globalGet(pages), localGet(0), plan.isWasm64 ? [OP.i32WrapI64] : [], OP.i32Add, globalSet(pages)],
  )
}

/** `(address, value, length)` of `memory.fill`. */
export function fillBody(plan: Plan): number[] {
  const [address, length] = [3, 4]
  return code(
    ...[widen(plan, 0), localSet(address), widen(plan, 2), localSet(length)],
    ...[charge(plan, length), checkRange(plan, address, length), markRange(address, length)],
    ...[toPhysical(address), localGet(1), localGet(length), OP.i32WrapI64, OP.prefixFc, OP_FC.memoryFill, 0],
  )
}

/** `(target, source, length)` of `memory.copy`. */
export function copyBody(plan: Plan): number[] {
  const [address, length] = [3, 4]
  return code(
    ...[widen(plan, 1), localSet(address), widen(plan, 2), localSet(length)],
    ...[charge(plan, length), checkRange(plan, address, length)],
    ...[widen(plan, 0), localSet(address), checkRange(plan, address, length), markRange(address, length)],
    ...[toPhysical(address), widen(plan, 1), OP.i32WrapI64, i32Const(HEAP_BASE), OP.i32Add, localGet(length), OP.i32WrapI64],
    ...[OP.prefixFc, OP_FC.memoryCopy, 0, 0],
  )
}

/** Takes and gives the operands of `memory.init`. The segment's own range is checked by that instruction, after the pages were marked. */
export function prepareInitBody(plan: Plan): number[] {
  const [address, length] = [3, 4]
  return code(
    ...[widen(plan, 0), localSet(address), localGet(2), OP.i64ExtendI32U, localSet(length)],
    ...[charge(plan, length), checkRange(plan, address, length), markRange(address, length)],
    ...[toPhysical(address), localGet(1), localGet(2)],
  )
}

/** Writes the active data segments when its argument is not zero; drops them in any case, as instantiation does. */
export function initDataBody(plan: Plan): number[] {
  return plan.module.data.flatMap(({mode, offset, content}, index) => {
    if (mode === 'passive') return []
    const start = Number(offset!.value)
    const first = start >>> PAGE_SHIFT
    const pages = content.length === 0 ? 0 : ((start + content.length - 1) >>> PAGE_SHIFT) - first + 1
    const write = code(
      ...[i32Const(first), i32Const(1), i32Const(pages), OP.prefixFc, OP_FC.memoryFill, 0],
      ...[i32Const(start + HEAP_BASE), i32Const(0), i32Const(content.length), OP.prefixFc, OP_FC.memoryInit, uleb(index), 0],
    )
    return code(localGet(0), ifThen(write), OP.prefixFc, OP_FC.dataDrop, uleb(index))
  })
}

/** A parameter of pointer width as i64. */
function widen(plan: Plan, local: number): Code {
  return plan.isWasm64 ? localGet(local) : code(localGet(local), OP.i64ExtendI32U)
}

function toPhysical(address: number): Code {
  return code(localGet(address), OP.i32WrapI64, i32Const(HEAP_BASE), OP.i32Add)
}

/** One instruction for each byte of i64 local `length`. */
function charge(plan: Plan, length: number): Code {
  const {counter} = plan.global
  return code(
    ...[globalGet(counter), localGet(length), i64Const(HUGE), localGet(length), i64Const(HUGE), OP.i64LtU, OP.select, OP.i64Sub],
    ...[globalSet(counter), globalGet(counter), i64Const(0), OP.i64LtS, ifThen(outOfInstructions(plan))],
  )
}

/** Traps when `[address, address + length)` is not inside the heap; written so that nothing overflows. */
function checkRange(plan: Plan, address: number, length: number): Code {
  const heapBytes = code(globalGet(plan.global.pages), OP.i64ExtendI32U, i64Const(16), OP.i64Shl)
  return code(
    ...[localGet(length), heapBytes, OP.i64GtU, ifThen(TRAP_OUT_OF_BOUNDS)],
    ...[localGet(address), heapBytes, localGet(length), OP.i64Sub, OP.i64GtU, ifThen(TRAP_OUT_OF_BOUNDS)],
  )
}

/** Marks the pages of `[address, address + length)` dirty. */
function markRange(address: number, length: number): Code {
  const page = (position: Code): Code => code(position, i64Const(PAGE_SHIFT), OP.i64ShrU, OP.i32WrapI64)
  const last = page(code(localGet(address), localGet(length), OP.i64Add, i64Const(1), OP.i64Sub))
  return code(
    ...[localGet(length), OP.i64Eqz, OP.i32Eqz],
    ifThen(
      ...[page(localGet(address)), i32Const(1), last, page(localGet(address)), OP.i32Sub, i32Const(1), OP.i32Add],
      ...[OP.prefixFc, OP_FC.memoryFill, 0],
    ),
  )
}
