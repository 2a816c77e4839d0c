/**
 * A canister of our own that interprets byte code: one module expresses any sequence of System API calls at any entry point.
 *
 * Updates, queries, init and post_upgrade run the program in their argument; the other hooks run the program kept for them by `setHook`;
 * callbacks run the program at their environment. Arguments are copied to the heap and stay there, so that callbacks find theirs.
 */

import {HOST_FUNCTIONS, type HostFunctionRow, hostFunctionTable} from '../../../src/replica/system-api/host-functions.js'
import {OP, TYPE} from '../../../src/wasm/constants.js'
import {encodeModule, type FunctionPart} from '../../../src/wasm/encode.js'
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
  loop,
  uleb,
} from '../../../src/wasm/instructions.js'
import {ELEMENTS, HOOKS, LAYOUT, OTHER_OPERATIONS, type OtherOperation, SYSTEM_CALLS} from './operations.js'

export interface UniversalOptions {
  readonly isWasm64?: boolean
  /** Runs as the module's start function. */
  readonly startProgram?: Uint8Array
  /** Hooks to export; all but heartbeat unless said otherwise. */
  readonly hooks?: readonly (typeof HOOKS)[number][]
  readonly customSections?: readonly {readonly name: string; readonly content: Uint8Array}[]
  readonly withInit?: boolean
}

/** Globals of the module. */
const GLOBAL = {user: 0, top: 1, pc: 2, sp: 3}
const I32_LOAD8_U = 0x2d
const I64_LOAD32_U = 0x35
const I64_DIV_U = 0x80
const UNREACHABLE = OP.unreachable
const PROCEDURE = {params: [], results: []}
const WASM_PAGE = 65_536

export function universalCanister(options: UniversalOptions = {}): Uint8Array {
  return new Builder(options).build()
}

class Builder {
  readonly #is64: boolean
  readonly #imports: readonly string[]
  /** The type of pointers, `A` below. */
  readonly #address: number

  constructor(readonly options: UniversalOptions) {
    this.#is64 = options.isWasm64 ?? false
    this.#address = this.#is64 ? TYPE.i64 : TYPE.i32
    this.#imports = [...hostFunctionTable(this.#is64).keys()]
  }

  build(): Uint8Array {
    const {startProgram, customSections = [], hooks = HOOKS.filter((hook) => hook !== 'canister_heartbeat')} = this.options
    const functions = [
      this.#interpreter(),
      this.#callback(),
      this.#argumentEntry(),
      this.#recursion(),
      ...hooks.map((hook) => this.#hook(hook)),
    ]
    if (startProgram) functions.push(this.#start(startProgram.length))
    const first = this.#imports.length
    return encodeModule({
      types: [this.#callbackType(), PROCEDURE],
      imports: this.#imports.map((name) => ({module: 'ic0', name, type: this.#typeOf(name)})),
      functions,
      tables: [{minimum: ELEMENTS.size}],
      memory: {minimum: LAYOUT.initialPages, ...(this.#is64 && {is64: true})},
      globals: [
        {type: TYPE.i64, isMutable: true, initial: i64Const(0)},
        {type: this.#address, isMutable: true, initial: this.#constant(LAYOUT.programs)},
        {type: this.#address, isMutable: true, initial: this.#constant(0)},
        {type: this.#address, isMutable: true, initial: this.#constant(0)},
      ],
      ...(startProgram && {start: first + functions.length - 1, data: [{offset: this.#constant(LAYOUT.scratch), content: startProgram}]}),
      elements: [{offset: i32Const(0), functions: [first + 1, first + 2]}],
      customs: customSections,
    })
  }

  /** `run(pointer, length)`: interprets a program to its end. */
  #interpreter(): FunctionPart {
    const operations = [...SYSTEM_CALLS.map((name) => this.#systemCall(name)), ...OTHER_OPERATIONS.map((name) => this.#other(name))]
    const count = operations.length
    let body: number[] = code(
      this.#pc(),
      access(I32_LOAD8_U),
      this.#advance(1),
      OP.brTable,
      uleb(count),
      ...operations.map((_, index) => uleb(index)),
      uleb(count),
    )
    // Innermost block: operation 0. After the code of operation k, the loop is count - k labels out.
    operations.forEach((operation, index) => {
      body = code(block(body), operation, br(count - index))
    })
    const dispatch = code(block(body), UNREACHABLE)
    return {
      type: {params: [this.#address, this.#address], results: []},
      // 2: end of the program, 3: counter
      locals: [this.#address, TYPE.i64],
      body: code(
        localGet(0),
        globalSet(GLOBAL.pc),
        this.#constant(LAYOUT.stack),
        globalSet(GLOBAL.sp),
        localGet(0),
        localGet(1),
        this.#add(),
        localSet(2),
        block(loop(this.#pc(), localGet(2), this.#greaterOrEqual(), brIf(1), dispatch)),
      ),
    }
  }

  /** Pops the parameters, calls, pushes the result. */
  #systemCall(name: string): Code {
    const index = this.#imports.indexOf(name)
    if (index < 0) return [UNREACHABLE]
    const {params, result} = (HOST_FUNCTIONS as Record<string, HostFunctionRow>)[name]!
    const pop = this.#moveStack(-8 * params.length)
    const load = params.map((param, position) => {
      const value = code(globalGet(GLOBAL.sp), access(OP.i64Load, 8 * position))
      const isWide = param === 'i64' || param === 'u64' || (param === 'size' && this.#is64)
      return isWide ? value : code(value, OP.i32WrapI64)
    })
    const invoke = code(...load, call(index))
    if (result === 'none') return code(pop, invoke)
    const isWide = result === 'i64' || (result === 'size' && this.#is64)
    return code(pop, globalGet(GLOBAL.sp), invoke, isWide ? [] : OP.i64ExtendI32U, access(OP.i64Store), this.#moveStack(8))
  }

  #other(name: OtherOperation): Code {
    switch (name) {
      case 'push':
        return code(this.#pushing(code(this.#pc(), access(OP.i64Load))), this.#advance(8))
      case 'blob':
        return code(
          this.#pushing(this.#asI64(code(this.#pc(), this.#constant(4), this.#add()))),
          this.#pushing(this.#length()),
          this.#skipBlob(),
        )
      case 'program':
        return code(this.#pushing(this.#asI64(this.#pc())), this.#skipBlob())
      case 'drop':
        return this.#moveStack(-8)
      case 'add':
        return code(this.#moveStack(-16), this.#pushing(code(this.#slot(0), this.#slot(8), OP.i64Add)))
      case 'load':
        return code(this.#moveStack(-8), this.#pushing(code(this.#asAddress(this.#slot(0)), access(OP.i64Load))))
      case 'store':
        return code(this.#moveStack(-16), this.#asAddress(this.#slot(0)), this.#slot(8), access(OP.i64Store))
      case 'getRegister':
        return code(this.#pushing(code(this.#register(), access(OP.i64Load))), this.#advance(1))
      case 'setRegister':
        return code(this.#moveStack(-8), this.#register(), this.#slot(0), access(OP.i64Store), this.#advance(1))
      case 'getGlobal':
        return this.#pushing(globalGet(GLOBAL.user))
      case 'setGlobal':
        return code(this.#moveStack(-8), this.#slot(0), globalSet(GLOBAL.user))
      case 'setHook':
        return this.#setHook()
      case 'growMemory':
        return code(this.#moveStack(-8), this.#pushing(this.#asI64(code(this.#asAddress(this.#slot(0)), OP.memoryGrow, 0))))
      case 'burn':
        return code(
          this.#moveStack(-8),
          this.#slot(0),
          localSet(3),
          block(loop(localGet(3), OP.i64Eqz, brIf(1), localGet(3), i64Const(1), OP.i64Sub, localSet(3), br(0))),
        )
      case 'unreachable':
        return [UNREACHABLE]
      case 'loadOutOfBounds':
        return code(this.#constant(0x7fff_fff0), access(OP.i64Load), OP.drop)
      case 'divideByZero':
        return code(i64Const(1), i64Const(0), I64_DIV_U, OP.drop)
      case 'recurse':
        return call(this.#imports.length + 3)
      case 'callMissingElement':
        return code(i32Const(ELEMENTS.missing + 10), callIndirect(1))
      case 'callWrongType':
        return code(i32Const(ELEMENTS.callback), callIndirect(1))
    }
  }

  /** The program's pieces stay where they are: a hook keeps pointer and length. */
  #setHook(): Code {
    const slot = code(this.#pc(), access(I32_LOAD8_U), i32Const(16), 0x6c, this.#is64 ? OP.i64ExtendI32U : [])
    return code(
      this.#moveStack(-16),
      slot,
      this.#slot(0),
      access(OP.i64Store, LAYOUT.hooks),
      slot,
      this.#slot(8),
      access(OP.i64Store, LAYOUT.hooks + 8),
      this.#advance(1),
    )
  }

  /** `(env) -> ()`: runs the program at `env`. */
  #callback(): FunctionPart {
    return {
      type: this.#callbackType(),
      body: code(
        localGet(0),
        this.#constant(4),
        this.#add(),
        this.#asAddress(code(localGet(0), access(I64_LOAD32_U))),
        call(this.#imports.length),
      ),
    }
  }

  /** Copies the argument behind all earlier ones, and runs it. */
  #argumentEntry(): FunctionPart {
    const {withInit = true} = this.options
    const size = call(this.#imports.indexOf('msg_arg_data_size'))
    const copy = call(this.#imports.indexOf('msg_arg_data_copy'))
    return {
      type: PROCEDURE,
      locals: [this.#address, this.#address],
      exports: [
        'canister_update update',
        'canister_query query',
        'canister_composite_query composite',
        ...(withInit ? ['canister_init', 'canister_post_upgrade'] : []),
      ],
      body: code(
        globalGet(GLOBAL.top),
        localSet(0),
        size,
        localSet(1),
        localGet(0),
        localGet(1),
        this.#add(),
        globalSet(GLOBAL.top),
        this.#ensureMemory(),
        localGet(0),
        this.#constant(0),
        localGet(1),
        copy,
        localGet(0),
        localGet(1),
        call(this.#imports.length),
      ),
    }
  }

  /** Grows the memory until it holds everything below `top`. */
  #ensureMemory(): Code {
    const divide = this.#is64 ? I64_DIV_U : 0x6e
    const pages = code(globalGet(GLOBAL.top), this.#constant(WASM_PAGE - 1), this.#add(), this.#constant(WASM_PAGE), divide)
    const subtract = this.#is64 ? OP.i64Sub : OP.i32Sub
    const greater = this.#is64 ? OP.i64GtU : OP.i32GtU
    const size = [OP.memorySize, 0]
    return code(pages, size, greater, ifThen(pages, size, subtract, OP.memoryGrow, 0, OP.drop))
  }

  #hook(name: (typeof HOOKS)[number]): FunctionPart {
    const slot = LAYOUT.hooks + 16 * HOOKS.indexOf(name)
    const at = (offset: number) => code(this.#constant(0), access(OP.i64Load, slot + offset))
    const otherwise = name === 'canister_inspect_message' ? call(this.#imports.indexOf('accept_message')) : []
    return {
      type: PROCEDURE,
      exports: [name],
      body: code(
        block(at(8), OP.i64Eqz, brIf(0), this.#asAddress(at(0)), this.#asAddress(at(8)), call(this.#imports.length), OP.return),
        otherwise,
      ),
    }
  }

  #start(length: number): FunctionPart {
    return {type: PROCEDURE, body: code(this.#constant(LAYOUT.scratch), this.#constant(length), call(this.#imports.length))}
  }

  #recursion(): FunctionPart {
    return {type: PROCEDURE, body: code(call(this.#imports.length + 3), call(this.#imports.length + 3))}
  }

  #typeOf(name: string): {params: number[]; results: number[]} {
    const {params, result} = (HOST_FUNCTIONS as Record<string, HostFunctionRow>)[name]!
    const type = (kind: string) => (kind === 'size' ? this.#address : kind === 'i32' ? TYPE.i32 : TYPE.i64)
    return {params: params.map(type), results: result === 'none' ? [] : [type(result)]}
  }

  #callbackType(): {params: number[]; results: number[]} {
    return {params: [this.#address], results: []}
  }

  /** Stores a number on top of the stack. */
  #pushing(value: Code): Code {
    return code(globalGet(GLOBAL.sp), value, access(OP.i64Store), this.#moveStack(8))
  }

  #slot(offset: number): Code {
    return code(globalGet(GLOBAL.sp), access(OP.i64Load, offset))
  }

  #moveStack(bytes: number): Code {
    return bytes === 0 ? [] : code(globalGet(GLOBAL.sp), this.#constant(bytes), this.#add(), globalSet(GLOBAL.sp))
  }

  #pc(): Code {
    return globalGet(GLOBAL.pc)
  }

  #advance(bytes: number): Code {
    return code(this.#pc(), this.#constant(bytes), this.#add(), globalSet(GLOBAL.pc))
  }

  /** The length in front of a blob, as i64. */
  #length(): Code {
    return code(this.#pc(), access(I64_LOAD32_U))
  }

  #skipBlob(): Code {
    return code(this.#asAddress(this.#length()), this.#pc(), this.#add(), this.#constant(4), this.#add(), globalSet(GLOBAL.pc))
  }

  /** Address of the register whose index follows. */
  #register(): Code {
    const index = code(this.#pc(), access(I32_LOAD8_U), i32Const(8), 0x6c, i32Const(LAYOUT.registers), OP.i32Add)
    return this.#is64 ? code(index, OP.i64ExtendI32U) : index
  }

  #constant(value: number): Code {
    return this.#is64 ? i64Const(value) : i32Const(value)
  }

  #add(): number {
    return this.#is64 ? OP.i64Add : OP.i32Add
  }

  #greaterOrEqual(): number {
    return this.#is64 ? 0x5a : OP.i32GeU
  }

  #asI64(address: Code): Code {
    return this.#is64 ? address : code(address, OP.i64ExtendI32U)
  }

  #asAddress(value: Code): Code {
    return this.#is64 ? value : code(value, OP.i32WrapI64)
  }
}
