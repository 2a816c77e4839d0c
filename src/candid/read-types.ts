/**
 * Reads and checks the head of a message: its type table and the types of its values.
 *
 * Entry n of the table becomes the name `table{n}`.
 * Source: Candid specification, "Types" under "Binary format".
 */

import {compareText} from './compare-text.js'
import {CandidError} from './errors.js'
import {FUNC, FUNC_MODES, OPT, PRIMITIVE_OF_OPCODE, RECORD, SERVICE, VARIANT, VEC} from './opcodes.js'
import {malformed, type Reader} from './reader.js'
import {MAGIC} from './type-table.js'
import type {CandidField, CandidMethod, CandidType, FuncMode, PrimitiveKind, TypeEnv} from './types.js'

export interface MessageHead {
  readonly env: TypeEnv
  readonly types: readonly CandidType[]
}

/** Throws CandidError 'CANDID_MALFORMED' or 'CANDID_TRUNCATED'. */
export function readHead(reader: Reader): MessageHead {
  for (const byte of MAGIC) if (reader.remaining === 0 || reader.byte() !== byte) throw malformed('a Candid message begins with "DIDL"')
  const table = new TableReader(reader, readCount(reader, 2))
  return table.read()
}

/** A count of things that take at least `minBytes` each. */
function readCount(reader: Reader, minBytes: number): number {
  const count = reader.size()
  if (count * minBytes > reader.remaining)
    throw new CandidError('CANDID_TRUNCATED', `the message announces ${count} entries, but has only ${reader.remaining} bytes left`)
  return count
}

class TableReader {
  private readonly names: readonly CandidType[]

  constructor(
    private readonly reader: Reader,
    size: number,
  ) {
    this.names = Array.from({length: size}, (_, index): CandidType => ({kind: 'var', name: `table${index}`}))
  }

  read(): MessageHead {
    const env = new Map<string, CandidType>()
    this.names.forEach((_, index) => {
      env.set(`table${index}`, this.definition())
    })
    this.checkMethods(env)
    const types = Array.from({length: readCount(this.reader, 1)}, () => this.reference())
    return {env, types}
  }

  private definition(): CandidType {
    const opcode = this.reader.reference()
    if (opcode === OPT) return {kind: 'opt', inner: this.reference()}
    if (opcode === VEC) return {kind: 'vec', inner: this.reference()}
    if (opcode === RECORD) return {kind: 'record', fields: this.fields()}
    if (opcode === VARIANT) return {kind: 'variant', fields: this.fields()}
    if (opcode === FUNC) return this.func()
    if (opcode === SERVICE) return {kind: 'service', methods: this.methods()}
    if (opcode >= SERVICE - 1) throw malformed(`the type table has an entry of type ${opcode}, which is not a constructed type`)
    // A type of a later version of Candid: its definition is skipped, its values cannot be read.
    this.reader.skip(this.reader.size())
    return FUTURE
  }

  private reference(): CandidType {
    const reference = this.reader.reference()
    if (reference >= 0) {
      const name = this.names[reference]
      if (!name) throw malformed(`type ${reference} is not in the type table of ${this.names.length} entries`)
      return name
    }
    const kind = PRIMITIVE_OF_OPCODE.get(reference)
    if (!kind) throw malformed(`${reference} is not the number of a primitive type`)
    return PRIMITIVES[kind]
  }

  private fields(): CandidField[] {
    let last = -1
    return Array.from({length: readCount(this.reader, 2)}, () => {
      const id = this.reader.size()
      if (id > 0xffff_ffff) throw malformed(`the field id ${id} is larger than 2^32 - 1`)
      if (id <= last) throw malformed(`the field id ${id} is not larger than the one before it, ${last}`)
      last = id
      return {id, type: this.reference()}
    })
  }

  private func(): CandidType {
    const args = Array.from({length: readCount(this.reader, 1)}, () => this.reference())
    const results = Array.from({length: readCount(this.reader, 1)}, () => this.reference())
    const modes = Array.from({length: readCount(this.reader, 1)}, (): FuncMode => {
      const number = this.reader.byte()
      const mode = FUNC_MODES[number - 1]
      if (!mode) throw malformed(`${number} is not the number of a function annotation`)
      return mode
    })
    return {kind: 'func', args, results, modes}
  }

  private methods(): CandidMethod[] {
    let last: string | undefined
    return Array.from({length: readCount(this.reader, 2)}, () => {
      const name = this.reader.text()
      if (last !== undefined && compareText(name, last) <= 0)
        throw malformed(`the method name '${name}' is not after the one before it, '${last}'`)
      last = name
      return {name, type: this.reference()}
    })
  }

  private checkMethods(env: TypeEnv): void {
    for (const type of env.values()) {
      if (type.kind !== 'service') continue
      for (const method of type.methods) {
        const isFunc = method.type.kind === 'var' && env.get(method.type.name)?.kind === 'func'
        if (!isFunc) throw malformed(`the method '${method.name}' of a service is not a function`)
      }
    }
  }
}

const PRIMITIVES = Object.fromEntries([...PRIMITIVE_OF_OPCODE.values()].map((kind) => [kind, {kind}])) as Record<PrimitiveKind, CandidType>

/** Stands for every type of a later version; values of it are skipped by their length. */
export const FUTURE: CandidType = {kind: 'vec', inner: {kind: 'empty'}}
