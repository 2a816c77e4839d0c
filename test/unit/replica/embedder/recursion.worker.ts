/** Recurses on a large stack until the engine says stop; posts how deep that was. */

import {parentPort} from 'node:worker_threads'
import {OP} from '../../../../src/wasm/constants.js'
import {call, code, globalGet, globalSet, i32Const} from '../../../../src/wasm/instructions.js'
import {anInstance, aProgram, i32, PROCEDURE} from './makers.js'

function measureDepths(locals: number, times: number): number[] {
  const recurse = {
    type: PROCEDURE,
    locals: new Array<number>(locals).fill(i32),
    body: code(globalGet(0), i32Const(1), OP.i32Add, globalSet(0), call(1)),
  }
  const globals = [{type: i32, isMutable: true, initial: i32Const(0)}]
  const instance = anInstance(aProgram(call(1), {functions: [recurse], globals}))
  return Array.from({length: times}, () => {
    const before = Number(instance.exportGlobals()[0]!.bits)
    instance.begin(1e9)
    instance.callExport('run')
    // The exported procedure has a frame as well.
    return Number(instance.exportGlobals()[0]!.bits) - before + 1
  })
}

const [none, noneAgain] = measureDepths(0, 2)
// With its locals the recursive function's frames are larger than the exported procedure's: one more fits.
const [ten] = measureDepths(10, 1)
parentPort!.postMessage({none, noneAgain, ten: ten! - 1})
