/**
 * Rust bindings: the types with `CandidType` and `Deserialize`, and a `Service` whose methods call the canister.
 *
 * Records and variants inside other types get definitions of their own, named after the place where they stand.
 */

import {compareText} from '../compare-text.js'
import {CandidError} from '../errors.js'
import {
  type CandidField,
  type CandidInterface,
  type CandidType,
  type FieldsType,
  type FuncType,
  isTuple,
  type PrimitiveKind,
  resolveType,
} from '../types.js'
import {rustFieldName, rustMethodName, rustTypeName} from './rust-names.js'
import {findRecursion, type Recursion} from './rust-recursion.js'
import {ASYNC, AWAIT} from './words.js'

const HEADER = `// This is a generated Rust binding of a Candid interface. Adjust types where you like others better.
#![allow(dead_code, unused_imports)]
use candid::{self, CandidType, Deserialize, Principal};
use ic_cdk::call::{Call, CallResult};
`

export function generateRust(candid: CandidInterface): string {
  const writer = new RustWriter(candid)
  const definitions = [...candid.types].sort(([a], [b]) => compareText(a, b))
  for (const [name, type] of definitions) writer.define(rustTypeName(name), type)
  const service = candid.service ? writer.service(candid) : []
  return `${[HEADER, ...writer.items, ...service].join('\n')}`
}

const NAMES: Record<PrimitiveKind, string> = {
  null: '()',
  bool: 'bool',
  nat: 'candid::Nat',
  int: 'candid::Int',
  nat8: 'u8',
  nat16: 'u16',
  nat32: 'u32',
  nat64: 'u64',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  int64: 'i64',
  float32: 'f32',
  float64: 'f64',
  text: 'String',
  reserved: 'candid::Reserved',
  empty: 'candid::Empty',
  principal: 'Principal',
}

const DERIVE = '#[derive(CandidType, Deserialize)]'

class RustWriter {
  readonly items: string[] = []
  private readonly taken: Set<string>
  private readonly recursion: Recursion

  constructor(private readonly candid: CandidInterface) {
    this.taken = new Set([...candid.types.keys()].map(rustTypeName).concat('Service'))
    this.recursion = findRecursion(candid.types)
  }

  define(name: string, type: CandidType): void {
    const at = this.items.length
    if (type.kind === 'record' && !isTuple(type.fields)) this.items.push(this.struct(name, type))
    else if (type.kind === 'variant') this.items.push(this.enum(name, type))
    else if (type.kind === 'func') this.items.push(this.defineFunc(name, type))
    else if (type.kind === 'service') this.items.push(this.defineService(name, type))
    else if (this.refersToItself(type, name)) this.items.push(`${DERIVE}\npub struct ${name}(pub ${this.type(type, name)});\n`)
    else this.items.push(`pub type ${name} = ${this.type(type, name)};\n`)
    // Definitions of parts were written first; the whole goes before them.
    this.items.splice(at, 0, this.items.pop()!)
  }

  private refersToItself(type: CandidType, name: string): boolean {
    return type.kind !== 'var' && [...this.recursion.recursive].some((each) => rustTypeName(each) === name)
  }

  private struct(name: string, {fields}: FieldsType): string {
    const lines = fields.map((field) => {
      const {label, rename} = rustFieldName(field)
      return `${rename}  pub ${label}: ${this.type(field.type, name + rustTypeName(label))},\n`
    })
    return `${DERIVE}\npub struct ${name} {\n${lines.join('')}}\n`
  }

  private enum(name: string, {fields}: FieldsType): string {
    return `${DERIVE}\npub enum ${name} {\n${fields.map((field) => this.tag(name, field)).join('')}}\n`
  }

  private tag(name: string, field: CandidField): string {
    const tag = field.name === undefined ? `_${field.id}_` : rustTypeName(field.name)
    const rename = field.name === undefined || tag === field.name ? '' : `  #[serde(rename = ${JSON.stringify(field.name)})]\n`
    const {type} = field
    if (type.kind === 'null') return `${rename}  ${tag},\n`
    if (type.kind !== 'record' || isTuple(type.fields)) return `${rename}  ${tag}(${this.type(type, name + tag)}),\n`
    const inner = type.fields.map((each) => {
      const part = rustFieldName(each)
      return `${part.rename.replace(/^ {2}/, '    ')}    ${part.label}: ${this.type(each.type, name + tag + rustTypeName(part.label))},\n`
    })
    return `${rename}  ${tag} {\n${inner.join('')}  },\n`
  }

  private defineFunc(name: string, type: FuncType): string {
    return `candid::define_function!(pub ${name} : ${this.signature(name, type)});\n`
  }

  private defineService(name: string, type: Extract<CandidType, {kind: 'service'}>): string {
    const methods = type.methods.map((method) => {
      const func = resolveType(method.type, this.candid.types)
      if (func.kind !== 'func') throw new CandidError('CANDID_TYPE', `method '${method.name}' is not a function`)
      const signature =
        method.type.kind === 'var' ? `${rustTypeName(method.type.name)}::ty()` : `candid::func!(${this.signature(name, func)})`
      return `  ${JSON.stringify(method.name)} : ${signature};\n`
    })
    return `candid::define_service!(pub ${name} : {\n${methods.join('')}});\n`
  }

  private signature(name: string, {args, results, modes}: FuncType): string {
    const list = (types: readonly CandidType[], word: string) =>
      `(${types.map((type, index) => this.bare(type, `${name}${word}${index}`)).join(', ')})`
    return [list(args, 'Arg'), '->', list(results, 'Ret'), ...modes].join(' ')
  }

  /** The Rust type; anonymous records, variants and references are defined under `place`. */
  private type(type: CandidType, place: string): string {
    switch (type.kind) {
      case 'var':
        return this.recursion.boxed.has(type.name) ? `Box<${rustTypeName(type.name)}>` : rustTypeName(type.name)
      case 'opt':
        return `Option<${this.type(type.inner, `${place}Inner`)}>`
      case 'vec':
        return type.inner.kind === 'nat8' ? 'serde_bytes::ByteBuf' : `Vec<${this.bare(type.inner, `${place}Item`)}>`
      case 'record':
        if (isTuple(type.fields)) return this.tuple(type.fields.map((field) => this.type(field.type, `${place}${field.id}`)))
        return this.definePart(type, place)
      case 'variant':
      case 'func':
      case 'service':
        return this.definePart(type, place)
      default:
        return NAMES[type.kind]
    }
  }

  /** The same where no box is needed. */
  private bare(type: CandidType, place: string): string {
    return type.kind === 'var' ? rustTypeName(type.name) : this.type(type, place)
  }

  private tuple(parts: readonly string[]): string {
    return parts.length === 0 ? '()' : `(${parts.join(', ')},)`
  }

  private definePart(type: CandidType, place: string): string {
    let name = place
    for (let count = 2; this.taken.has(name); count++) name = `${place}${count}`
    this.taken.add(name)
    this.define(name, type)
    return name
  }

  service(candid: CandidInterface): string[] {
    const at = this.items.length
    const methods = (candid.service?.methods ?? []).map((method) => this.method(method.name, resolveType(method.type, candid.types)))
    const init = candid.service?.initArgs?.map((type, index) => this.bare(type, `InitArg${index}`))
    const parts = this.items.splice(at)
    const initComment = init ? [`/// Arguments of the constructor.\npub type InitArgs = ${this.tuple(init)};\n`] : []
    return [...parts, ...initComment, `pub struct Service(pub Principal);\n\nimpl Service {\n${methods.join('')}}\n`]
  }

  private method(name: string, type: CandidType): string {
    if (type.kind !== 'func') throw new CandidError('CANDID_TYPE', `method '${name}' is not a function`)
    const prefix = rustTypeName(name)
    const args = type.args.map((arg, index) => ({label: `arg${index}`, type: this.bare(arg, `${prefix}Arg${index}`)}))
    const results = this.tuple(type.results.map((result, index) => this.bare(result, `${prefix}Ret${index}`)))
    const parameters = ['&self', ...args.map(({label, type: each}) => `${label}: &${each}`)].join(', ')
    const call = `Call::unbounded_wait(self.0, ${JSON.stringify(name)}).with_args(&${this.tuple(args.map(({label}) => label))})`
    return `  pub ${ASYNC} fn ${rustMethodName(name)}(${parameters}) -> CallResult<${results}> {\n    Ok(${call}.${AWAIT}?.candid_tuple()?)\n  }\n`
  }
}
