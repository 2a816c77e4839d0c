/** The helper functions that every instrumented module carries: counter, globals, dirty pages, callbacks; heap-helpers.ts has those of the heap. */

import {OP, OP_FD, TYPE} from '../../wasm/constants.js'
import {
  access,
  block,
  br,
  brIf,
  type Code,
  call,
  callIndirect,
  code,
  globalGet,
  globalSet,
  i32Const,
  i64Const,
  ifThen,
  localGet,
  localSet,
  localTee,
  loop,
  uleb,
} from '../../wasm/instructions.js'
import type {FunctionType} from '../../wasm/module.js'
import {copyBody, fillBody, growBody, initDataBody, prepareInitBody} from './heap-helpers.js'
import {COLLECT_RESUME, GLOBAL_SLOT_BYTES, PAGE_LIST, PAGE_LIST_CAPACITY, SAVED_GLOBALS} from './layout.js'
import {STACK_BYTES} from './limits.js'
import {type HelperName, type Plan, STOP, sizeType} from './plan.js'

export interface Helper extends FunctionType {
  readonly isExported?: true
  /** Value types of its own locals. */
  readonly locals?: readonly number[]
  /** Without the last `end`. */
  readonly body: Code
}

const {i32, i64, f64} = TYPE

export function makeHelpers(plan: Plan): Record<HelperName, Helper> {
  const size = sizeType(plan.isWasm64)
  return {
    grow: {params: [size], results: [size], locals: [i64], body: growBody(plan)},
    fill: {params: [size, i32, size], results: [], locals: [i64, i64], body: fillBody(plan)},
    copy: {params: [size, size, size], results: [], locals: [i64, i64], body: copyBody(plan)},
    prepareInit: {params: [size, i32, i32], results: [i32, i32, i32], locals: [i64, i64], body: prepareInitBody(plan)},
    getCounter: {params: [], results: [f64], isExported: true, body: code(globalGet(plan.global.counter), OP.f64ConvertI64S)},
    setCounter: {params: [f64], results: [], isExported: true, body: code(localGet(0), OP.i64TruncF64S, globalSet(plan.global.counter))},
    begin: {params: [f64], results: [], isExported: true, body: beginBody(plan)},
    saveGlobals: {params: [i32], results: [], isExported: true, body: saveGlobalsBody(plan)},
    restoreGlobals: {params: [i32], results: [], isExported: true, body: restoreGlobalsBody(plan)},
    collect: {params: [i32, i32], results: [i32], locals: [i32, i64], isExported: true, body: collectBody()},
    callTable: {params: [i32, size], results: [], isExported: true, body: callTableBody(plan)},
    initData: {params: [i32], results: [], isExported: true, body: initDataBody(plan)},
  }
}

function beginBody(plan: Plan): number[] {
  const {stack, stop} = plan.global
  return code(
    ...[localGet(0), call(plan.helper.setCounter), i32Const(STACK_BYTES), globalSet(stack), i32Const(STOP.none), globalSet(stop)],
    ...[i32Const(SAVED_GLOBALS), call(plan.helper.saveGlobals)],
  )
}

function saveGlobalsBody(plan: Plan): number[] {
  return plan.persistent.flatMap((index, position) =>
    code(localGet(0), globalGet(index), globalAccess(plan, index, 'store'), uleb(position * GLOBAL_SLOT_BYTES)),
  )
}

function restoreGlobalsBody(plan: Plan): number[] {
  return plan.persistent.flatMap((index, position) =>
    plan.module.globals[index]!.isMutable
      ? code(localGet(0), globalAccess(plan, index, 'load'), uleb(position * GLOBAL_SLOT_BYTES), globalSet(index))
      : [],
  )
}

const GLOBAL_ACCESS: Readonly<Record<number, {readonly load: Code; readonly store: Code}>> = {
  [TYPE.i32]: {load: [OP.i32Load, 0], store: [OP.i32Store, 0]},
  [TYPE.i64]: {load: [OP.i64Load, 0], store: [OP.i64Store, 0]},
  [TYPE.f32]: {load: [OP.f32Load, 0], store: [OP.f32Store, 0]},
  [TYPE.f64]: {load: [OP.f64Load, 0], store: [OP.f64Store, 0]},
  [TYPE.v128]: {load: [OP.prefixFd, OP_FD.v128Load, 0], store: [OP.prefixFd, OP_FD.v128Store, 0]},
}

function globalAccess(plan: Plan, index: number, direction: 'load' | 'store'): Code {
  return GLOBAL_ACCESS[plan.module.globals[index]!.type]![direction]
}

/**
 * `(from, to) → count`: lists and clears the marks of dirty map bytes `[from, to)`, both multiples of 8. When the list is full it stops;
 * where to go on is at COLLECT_RESUME.
 */
function collectBody(): number[] {
  const [at, end, count, word] = [0, 1, 2, 3]
  const listMarks = loop(
    ...[localGet(count), i32Const(2), OP.i32Shl],
    ...[localGet(at), localGet(word), OP.i64Ctz, OP.i32WrapI64, i32Const(3), OP.i32ShrU, OP.i32Add, access(OP.i32Store, PAGE_LIST)],
    ...[localGet(count), i32Const(1), OP.i32Add, localSet(count)],
    // A mark is exactly 1: clearing the lowest set bit clears its byte.
    ...[localGet(word), localGet(word), i64Const(1), OP.i64Sub, OP.i64And, localTee(word), OP.i64Eqz, OP.i32Eqz, brIf(0)],
  )
  return code(
    block(
      loop(
        ...[localGet(at), localGet(end), OP.i32GeU, brIf(1), localGet(at), access(OP.i64Load), localTee(word), OP.i64Eqz, OP.i32Eqz],
        ifThen(
          ...[localGet(count), i32Const(PAGE_LIST_CAPACITY - 8), OP.i32GtU, brIf(2)],
          ...[listMarks, localGet(at), i64Const(0), access(OP.i64Store)],
        ),
        ...[localGet(at), i32Const(8), OP.i32Add, localSet(at), br(0)],
      ),
    ),
    ...[i32Const(COLLECT_RESUME), localGet(at), access(OP.i32Store), localGet(count)],
  )
}

/** `(index, env)`: calls an element of table 0 as a callback. */
function callTableBody(plan: Plan): number[] {
  if (plan.tables[0]?.elementType !== TYPE.funcref) return [OP.unreachable]
  const type = plan.types.indexOf({params: [sizeType(plan.isWasm64)], results: []})
  return code(localGet(1), localGet(0), callIndirect(type))
}
