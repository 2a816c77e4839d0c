/**
 * JavaScript bindings: `idlFactory` and `init` for `@dfinity/candid`.
 *
 * The layout is that of `dfx generate`.
 */

import {type Doc, enclose, encloseSpaced, layOut, NEWLINE, separate} from '../doc.js'
import {WIDTH} from '../print-type.js'
import {
  type CandidField,
  type CandidInterface,
  type CandidMethod,
  type CandidType,
  type FuncType,
  isTuple,
  type PrimitiveKind,
} from '../types.js'
import {type Definition, findRecursive, orderDefinitions, serviceType} from './definitions.js'
import {scriptKey, scriptName, scriptQuote} from './names.js'

export function generateJavascript(candid: CandidInterface): string {
  const service = serviceType(candid)
  const initArgs = candid.service?.initArgs ?? []
  const factory = factoryDoc('idlFactory', orderDefinitions([...initArgs, service], candid.types), (recursive) =>
    serviceDoc(service, recursive),
  )
  const init = factoryDoc('init', orderDefinitions(initArgs, candid.types), () => listDoc(initArgs))
  return `${[...(candid.service ? [factory, init] : [])].map((doc) => layOut(doc, WIDTH)).join('\n')}\n`
}

function factoryDoc(name: string, definitions: readonly Definition[], result: (recursive: ReadonlySet<string>) => Doc): Doc {
  const recursive = findRecursive(definitions)
  const statements: Doc[] = [
    ...[...recursive].sort().map((each) => `const ${scriptName(each)} = IDL.Rec();`),
    ...definitions.map(({name: each, type}): Doc => {
      if (recursive.has(each)) return [scriptName(each), '.fill', enclose('(', typeDoc(type), ');')]
      return ['const ', scriptName(each), ' = ', typeDoc(type), ';']
    }),
  ]
  const body: Doc = [...statements.flatMap((statement) => [statement, NEWLINE]), 'return ', result(recursive), ';']
  const start = `export const ${name} = ({ IDL }) => `
  // A new line inside keeps the braces apart.
  return statements.length === 0 ? [start, encloseSpaced('{', body, '};')] : [start, '{', indented([NEWLINE, body]), NEWLINE, '};']
}

/** A service that returns itself is an `IDL.Rec`, which is not a service but has one. */
function serviceDoc(service: CandidType, recursive: ReadonlySet<string>): Doc {
  return service.kind === 'var' && recursive.has(service.name) ? `${scriptName(service.name)}.getType()` : typeDoc(service)
}

function indented(doc: Doc): Doc {
  return {kind: 'nest', doc}
}

const NAMES: Record<PrimitiveKind, string> = {
  null: 'Null',
  bool: 'Bool',
  nat: 'Nat',
  int: 'Int',
  nat8: 'Nat8',
  nat16: 'Nat16',
  nat32: 'Nat32',
  nat64: 'Nat64',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  float32: 'Float32',
  float64: 'Float64',
  text: 'Text',
  reserved: 'Reserved',
  empty: 'Empty',
  principal: 'Principal',
}

function typeDoc(type: CandidType): Doc {
  switch (type.kind) {
    case 'var':
      return scriptName(type.name)
    case 'opt':
      return ['IDL.Opt', enclose('(', typeDoc(type.inner), ')')]
    case 'vec':
      return ['IDL.Vec', enclose('(', typeDoc(type.inner), ')')]
    case 'record':
      if (type.fields.length > 0 && isTuple(type.fields))
        return [
          'IDL.Tuple',
          enclose(
            '(',
            separate(
              type.fields.map((field) => typeDoc(field.type)),
              ',',
            ),
            ')',
          ),
        ]
      return ['IDL.Record', fieldsDoc(type.fields)]
    case 'variant':
      return ['IDL.Variant', fieldsDoc(type.fields)]
    case 'func':
      return funcDoc(type)
    case 'service':
      return ['IDL.Service', methodsDoc(type.methods)]
    default:
      return `IDL.${NAMES[type.kind]}`
  }
}

function fieldsDoc(fields: readonly CandidField[]): Doc {
  return encloseSpaced(
    '({',
    separate(
      fields.map((field): Doc => [scriptKey(field), ' : ', typeDoc(field.type)]),
      ',',
    ),
    '})',
  )
}

function methodsDoc(methods: readonly CandidMethod[]): Doc {
  return encloseSpaced(
    '({',
    separate(
      methods.map(({name, type}): Doc => [scriptQuote(name), ' : ', typeDoc(type)]),
      ',',
    ),
    '})',
  )
}

function funcDoc({args, results, modes}: FuncType): Doc {
  const modesDoc = enclose(
    '[',
    separate(
      modes.map((mode) => `'${mode}'`),
      ',',
    ),
    ']',
  )
  return ['IDL.Func', enclose('(', separate([listDoc(args), listDoc(results), modesDoc], ','), ')')]
}

function listDoc(types: readonly CandidType[]): Doc {
  return enclose('[', separate(types.map(typeDoc), ','), ']')
}
