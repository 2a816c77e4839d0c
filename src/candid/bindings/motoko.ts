/**
 * Motoko bindings: a module with the types and the actor type `Self`.
 *
 * Source: Motoko language reference, "Candid"; names are escaped as the Motoko compiler escapes them.
 */

import {compareText} from '../compare-text.js'
import {type Doc, enclose, encloseSpaced, layOut, separate} from '../doc.js'
import {CandidError} from '../errors.js'
import {WIDTH} from '../print-type.js'
import {
  type CandidField,
  type CandidInterface,
  type CandidMethod,
  type CandidType,
  type FuncType,
  fieldHash,
  isTuple,
  type PrimitiveKind,
} from '../types.js'
import {serviceType} from './definitions.js'
import {ASYNC, AWAIT} from './words.js'

const HEADER = `// This is a generated Motoko binding.
// Please use \`import service "ic:canister_id"\` instead to call canisters on the IC if possible.
`

/** Throws CandidError 'CANDID_TYPE' for float32, which Motoko does not have. */
export function generateMotoko(candid: CandidInterface): string {
  const definitions = [...candid.types]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, type]): Doc => ['public type ', motokoName(name), ' = ', typeDoc(type)])
  const service = candid.service ? [selfDoc(candid)] : []
  const body = separate([...definitions, ...service], ';')
  return `${HEADER}\n${layOut(['module ', encloseSpaced('{', body, '}')], WIDTH)}\n`
}

function selfDoc(candid: CandidInterface): Doc {
  const service = serviceType(candid)
  const actor = service.kind === 'service' ? actorDoc(service.methods) : typeDoc(service)
  const initArgs = candid.service?.initArgs
  return ['public type Self = ', initArgs ? [listDoc(initArgs, true), ` -> ${ASYNC} `] : [], actor]
}

const NAMES: Record<Exclude<PrimitiveKind, 'float32'>, string> = {
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
  float64: 'Float',
  text: 'Text',
  reserved: 'Any',
  empty: 'None',
  principal: 'Principal',
}

function typeDoc(type: CandidType): Doc {
  switch (type.kind) {
    case 'var':
      return motokoName(type.name)
    case 'opt':
      return ['?', typeDoc(type.inner)]
    case 'vec':
      return type.inner.kind === 'nat8' ? 'Blob' : enclose('[', typeDoc(type.inner), ']')
    case 'record':
      // A tuple of one is written like its content, and none like the unit.
      if (type.fields.length > 1 && isTuple(type.fields))
        return enclose(
          '(',
          separate(
            type.fields.map((field) => typeDoc(field.type)),
            ',',
          ),
          ')',
        )
      return encloseSpaced(
        '{',
        separate(
          type.fields.map((field): Doc => [fieldName(field), ' : ', typeDoc(field.type)]),
          ';',
        ),
        '}',
      )
    case 'variant':
      return type.fields.length === 0 ? '{#}' : encloseSpaced('{', separate(type.fields.map(tagDoc), ';'), '}')
    case 'func':
      return funcDoc(type)
    case 'service':
      return actorDoc(type.methods)
    case 'float32':
      throw new CandidError('CANDID_TYPE', 'float32 has no Motoko type')
    default:
      return NAMES[type.kind]
  }
}

function tagDoc(field: CandidField): Doc {
  return field.type.kind === 'null' ? `#${fieldName(field)}` : [`#${fieldName(field)} : `, typeDoc(field.type)]
}

function actorDoc(methods: readonly CandidMethod[]): Doc {
  const lines = methods.map(({name, type}): Doc => [motokoName(name), ' : ', typeDoc(type)])
  return ['actor ', encloseSpaced('{', separate(lines, ';'), '}')]
}

function funcDoc({args, results, modes}: FuncType): Doc {
  const kind = modes.includes('query') ? 'shared query' : modes.includes('composite_query') ? 'shared composite query' : 'shared'
  const output: Doc = modes.includes('oneway') ? '()' : [`${ASYNC} `, listDoc(results)]
  return [kind, ' ', listDoc(args), ' -> ', output]
}

/** One type stands alone, unless Motoko would take its parentheses away. */
function listDoc(types: readonly CandidType[], isAlwaysEnclosed = false): Doc {
  const [first] = types
  const needsParentheses = first?.kind === 'func' || (first?.kind === 'record' && first.fields.length > 1 && isTuple(first.fields))
  if (first && types.length === 1 && !needsParentheses && !isAlwaysEnclosed) return typeDoc(first)
  return enclose('(', separate(types.map(typeDoc), ','), ')')
}

function fieldName({name, id}: CandidField): string {
  return name === undefined ? `_${id}_` : motokoName(name)
}

const RESERVED = new Set([
  ASYNC,
  AWAIT,
  ...(
    'actor and assert break case catch class composite continue debug debug_show do else false finally flexible for ' +
    'from_candid func if ignore implicit import in include label let loop mixin module not null object or persistent private public query return ' +
    'shared stable switch system throw to_candid transient true try type var weak while with'
  ).split(' '),
])

/** Keywords and names that end in `_` get one more; names Motoko cannot write become their hash. */
function motokoName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `_${fieldHash(name)}_`
  return RESERVED.has(name) || name.endsWith('_') ? `${name}_` : name
}
