/** A canister with a heap of 1 GiB, to fill and to touch, and a stable memory to grow. */

import {OP, OP_FC, TYPE} from '../../src/wasm/constants.js'
import {encodeModule} from '../../src/wasm/encode.js'
import {
  access,
  brIf,
  type Code,
  call,
  code,
  globalGet,
  globalSet,
  i32Const,
  i64Const,
  localGet,
  localTee,
  loop,
} from '../../src/wasm/instructions.js'

const [REPLY, GROW, WRITE] = [0, 1, 2]
const HEAP_BYTES = 2 ** 30
export const FILL_BYTES = 16 * 2 ** 20
/** 2,622 pages of 262,144. */
const TOUCH_STEP = 409_600
const STABLE_PAGES = 163_840
const STABLE_STEP = 2 ** 30
const MEMORY_FILL = [OP.prefixFc, OP_FC.memoryFill, 0]
const I32_LOAD8_U = 0x2d

/** Runs `body` with local 0 at 0, `step`, 2 × `step` … below `end`. */
const forEach = (end: number, step: number, body: Code): number[] =>
  code(loop(body, localGet(0), i32Const(step), OP.i32Add, localTee(0), i32Const(end), OP.i32LtU, brIf(0)))

const procedure = (name: string, body: Code, locals: readonly number[] = []) => ({
  type: {params: [], results: []},
  exports: [`canister_update ${name}`],
  locals,
  body: code(body, call(REPLY)),
})

export const MEMORY_WASM = encodeModule({
  imports: [
    {module: 'ic0', name: 'msg_reply', type: {params: [], results: []}},
    {module: 'ic0', name: 'stable64_grow', type: {params: [TYPE.i64], results: [TYPE.i64]}},
    {module: 'ic0', name: 'stable64_write', type: {params: [TYPE.i64, TYPE.i64, TYPE.i64], results: []}},
  ],
  memory: {minimum: HEAP_BYTES / 65_536},
  globals: [{type: TYPE.i32, isMutable: true, initial: i32Const(0)}],
  functions: [
    procedure('ping', []),
    // Writes the next 16 MiB.
    procedure(
      'fill',
      code(globalGet(0), i32Const(7), i32Const(FILL_BYTES), MEMORY_FILL, globalGet(0), i32Const(FILL_BYTES), OP.i32Add, globalSet(0)),
    ),
    // Changes one byte in each hundredth page.
    procedure(
      'touch',
      forEach(HEAP_BYTES, TOUCH_STEP, code(localGet(0), localGet(0), access(I32_LOAD8_U), i32Const(1), OP.i32Add, access(OP.i32Store8))),
      [TYPE.i32],
    ),
    // 10 GiB, with a page in each.
    procedure(
      'grow',
      code(
        i64Const(STABLE_PAGES),
        call(GROW),
        OP.drop,
        ...Array.from({length: 10}, (_, gib) => code(i64Const(gib * STABLE_STEP), i64Const(0), i64Const(8), call(WRITE))),
      ),
    ),
  ],
})
