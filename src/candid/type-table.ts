/**
 * The head of a message: `"DIDL" ‖ n ‖ n type definitions ‖ m ‖ m types`, counts in LEB128.
 *
 * Equal types share one entry. The head of a list of types is kept, since a method is called again and again with the same list.
 * Source: Candid specification, "Parameters and results".
 */

import {CandidError} from './errors.js'
import {FUNC, FUNC_MODES, OPCODE_OF_PRIMITIVE, OPT, RECORD, SERVICE, VARIANT, VEC} from './opcodes.js'
import {type CandidType, type PrimitiveType, type ResolvedType, resolveType, type TypeEnv} from './types.js'
import {Writer} from './writer.js'

const heads = new WeakMap<readonly CandidType[], {readonly env: TypeEnv; readonly head: Uint8Array}>()

/** Throws CandidError 'CANDID_TYPE' for undefined names. */
export function encodeHead(types: readonly CandidType[], env: TypeEnv): Uint8Array {
  const known = heads.get(types)
  if (known?.env === env) return known.head
  const head = buildHead(types, env)
  heads.set(types, {env, head})
  return head
}

function buildHead(types: readonly CandidType[], env: TypeEnv): Uint8Array {
  const table = new TypeTable(env)
  const references = types.map((type) => table.reference(type))
  const writer = new Writer()
  writer.raw(MAGIC)
  writer.size(table.entries.length)
  for (const entry of table.entries) writer.raw(entry)
  writer.size(types.length)
  for (const reference of references) writer.int(BigInt(reference))
  return writer.finish()
}

/** `DIDL` */
export const MAGIC = Uint8Array.of(0x44, 0x49, 0x44, 0x4c)

const MAX_DEPTH = 1000

class TypeTable {
  readonly entries: Uint8Array[] = []
  private readonly indexes = new Map<string, number>()
  private depth = 0

  constructor(private readonly env: TypeEnv) {}

  /** The opcode of a primitive type, or the index of the type's entry. */
  reference(type: CandidType): number {
    const resolved = resolveType(type, this.env)
    if (resolved.kind in OPCODE_OF_PRIMITIVE) return OPCODE_OF_PRIMITIVE[(resolved as PrimitiveType).kind]
    const key = typeKey(type)
    const known = this.indexes.get(key)
    if (known !== undefined) return known
    const index = this.entries.length
    this.indexes.set(key, index)
    this.entries.push(MAGIC)
    if (++this.depth > MAX_DEPTH) throw new CandidError('CANDID_LIMIT', `a type is nested deeper than ${MAX_DEPTH} levels`)
    this.entries[index] = this.define(resolved)
    this.depth--
    return index
  }

  private define(type: ResolvedType): Uint8Array {
    const writer = new Writer()
    if (type.kind === 'opt' || type.kind === 'vec') {
      writer.int(BigInt(type.kind === 'opt' ? OPT : VEC))
      this.writeReference(writer, type.inner)
    } else if (type.kind === 'record' || type.kind === 'variant') {
      writer.int(BigInt(type.kind === 'record' ? RECORD : VARIANT))
      writer.size(type.fields.length)
      for (const field of type.fields) {
        writer.size(field.id)
        this.writeReference(writer, field.type)
      }
    } else if (type.kind === 'func') {
      writer.int(BigInt(FUNC))
      for (const list of [type.args, type.results]) {
        writer.size(list.length)
        for (const each of list) this.writeReference(writer, each)
      }
      writer.size(type.modes.length)
      for (const mode of type.modes) writer.byte(FUNC_MODES.indexOf(mode) + 1)
    } else if (type.kind === 'service') {
      writer.int(BigInt(SERVICE))
      writer.size(type.methods.length)
      for (const method of type.methods) {
        writer.text(method.name)
        this.writeReference(writer, method.type)
      }
    }
    return writer.finish()
  }

  private writeReference(writer: Writer, type: CandidType): void {
    writer.int(BigInt(this.reference(type)))
  }
}

/** A text that is the same for structurally equal types. */
function typeKey(type: CandidType): string {
  switch (type.kind) {
    case 'var':
      return `$${JSON.stringify(type.name)}`
    case 'opt':
    case 'vec':
      return `${type.kind}(${typeKey(type.inner)})`
    case 'record':
    case 'variant':
      return `${type.kind}{${type.fields.map((field) => `${field.id}:${typeKey(field.type)}`).join()}}`
    case 'func':
      return `func(${type.args.map(typeKey).join()})(${type.results.map(typeKey).join()})${type.modes.join()}`
    case 'service':
      return `service{${type.methods.map((method) => `${JSON.stringify(method.name)}:${typeKey(method.type)}`).join()}}`
    default:
      return type.kind
  }
}
