/**
 * TypeScript declarations of the values that `@dfinity/agent` takes and gives.
 *
 * The layout is that of `dfx generate`.
 */

import {compareText} from '../compare-text.js'
import {type Doc, enclose, encloseSpaced, LINE, layOut, separate} from '../doc.js'
import {WIDTH} from '../print-type.js'
import {
  type CandidField,
  type CandidInterface,
  type CandidMethod,
  type CandidType,
  type FuncType,
  isTuple,
  type PrimitiveKind,
  resolveType,
  type TypeEnv,
} from '../types.js'
import {isReference, serviceType} from './definitions.js'
import {scriptKey, scriptName, scriptQuote} from './names.js'

const HEADER = [
  "import type { Principal } from '@dfinity/principal';",
  "import type { ActorMethod } from '@dfinity/agent';",
  "import type { IDL } from '@dfinity/candid';",
]

const FOOTER = `export declare const idlFactory: IDL.InterfaceFactory;
export declare const init: (args: { IDL: typeof IDL }) => IDL.Type[];
`

export function generateTypescript(candid: CandidInterface): string {
  const writer = new Writer(candid.types)
  const definitions = [...candid.types].sort(([a], [b]) => compareText(a, b)).map(([name, type]) => writer.definition(name, type))
  const service = candid.service ? [writer.service(serviceType(candid))] : []
  const lines = [...definitions, ...service].map((doc) => `${layOut(doc, WIDTH)}\n`)
  return `${HEADER.join('\n')}\n\n${lines.join('')}${candid.service ? FOOTER : ''}`
}

const NAMES: Record<PrimitiveKind, string> = {
  null: 'null',
  bool: 'boolean',
  nat: 'bigint',
  int: 'bigint',
  nat8: 'number',
  nat16: 'number',
  nat32: 'number',
  nat64: 'bigint',
  int8: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'bigint',
  float32: 'number',
  float64: 'number',
  text: 'string',
  reserved: 'any',
  empty: 'never',
  principal: 'Principal',
}

const ARRAYS: Partial<Record<CandidType['kind'], string>> = {
  nat8: 'Uint8Array | number[]',
  nat16: 'Uint16Array | number[]',
  nat32: 'Uint32Array | number[]',
  nat64: 'BigUint64Array | bigint[]',
  int8: 'Int8Array | number[]',
  int16: 'Int16Array | number[]',
  int32: 'Int32Array | number[]',
  int64: 'BigInt64Array | bigint[]',
}

class Writer {
  constructor(private readonly env: TypeEnv) {}

  definition(name: string, type: CandidType): Doc {
    const id = scriptName(name)
    if (type.kind === 'record' && !isTupleType(type.fields)) return [`export interface ${id} `, this.type(type)]
    if (type.kind === 'service') return [`export interface ${id} `, this.methods(type.methods)]
    if (type.kind === 'func') return [`export type ${id} = `, this.func(type), ';']
    return [`export type ${id} = `, type.kind === 'var' ? scriptName(type.name) : this.type(type), ';']
  }

  service(type: CandidType): Doc {
    if (type.kind === 'var') return `export interface _SERVICE extends ${scriptName(type.name)} {}`
    return ['export interface _SERVICE ', this.methods(type.kind === 'service' ? type.methods : [])]
  }

  /** A value of the type; references are principals and pairs wherever they are values. */
  private type(type: CandidType): Doc {
    switch (type.kind) {
      case 'var':
        return isReference(type, this.env) ? this.type(resolveType(type, this.env)) : scriptName(type.name)
      case 'opt':
        return ['[] | ', enclose('[', this.type(type.inner), ']')]
      case 'vec':
        return ARRAYS[type.inner.kind] ?? ['Array', enclose('<', this.type(type.inner), '>')]
      case 'record':
        if (isTupleType(type.fields))
          return enclose(
            '[',
            separate(
              type.fields.map((field) => this.type(field.type)),
              ',',
            ),
            ']',
          )
        return encloseSpaced(
          '{',
          separate(
            type.fields.map((field) => this.field(field)),
            ',',
          ),
          '}',
        )
      case 'variant':
        return this.variant(type.fields)
      case 'func':
        return '[Principal, string]'
      case 'service':
        return 'Principal'
      default:
        return NAMES[type.kind]
    }
  }

  private field(field: CandidField): Doc {
    return [scriptKey(field), ' : ', this.type(field.type)]
  }

  private variant(fields: readonly CandidField[]): Doc {
    if (fields.length === 0) return 'never'
    const tags = fields.map((field) => encloseSpaced('{', this.field(field), '}'))
    return {kind: 'nest', doc: tags.flatMap((tag, index) => (index === 0 ? [tag] : [' |', LINE, tag]))}
  }

  private methods(methods: readonly CandidMethod[]): Doc {
    const lines = methods.map(
      ({name, type}): Doc => [scriptQuote(name), ' : ', type.kind === 'var' ? scriptName(type.name) : this.func(type as FuncType)],
    )
    return encloseSpaced('{', separate(lines, ','), '}')
  }

  private func({args, results}: FuncType): Doc {
    const input = enclose(
      '[',
      separate(
        args.map((arg) => this.type(arg)),
        ',',
      ),
      ']',
    )
    const output =
      results.length === 1
        ? this.type(results[0]!)
        : enclose(
            '[',
            separate(
              results.map((result) => this.type(result)),
              ',',
            ),
            ']',
          )
    return enclose('ActorMethod<', [input, ',', LINE, results.length === 0 ? 'undefined' : output], '>')
  }
}

function isTupleType(fields: readonly CandidField[]): boolean {
  return fields.length > 0 && isTuple(fields)
}
