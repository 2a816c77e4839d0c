/** Types as text, as the reference writes them in interfaces and messages. */

import {type Doc, enclose, encloseSpaced, layOut, separate} from './doc.js'
import {quoteName, quoteNameInType} from './quote.js'
import {type CandidField, type CandidMethod, type CandidType, type FuncType, isTuple} from './types.js'

/** Columns of a line. */
export const WIDTH = 80

export function printType(type: CandidType): string {
  return layOut(typeDoc(type), WIDTH)
}

export function typeDoc(type: CandidType): Doc {
  switch (type.kind) {
    case 'var':
      return type.name
    case 'opt':
      return ['opt ', typeDoc(type.inner)]
    case 'vec':
      return type.inner.kind === 'nat8' ? 'blob' : ['vec ', typeDoc(type.inner)]
    case 'record':
      return ['record ', fieldsDoc(type.fields, false)]
    case 'variant':
      return ['variant ', fieldsDoc(type.fields, true)]
    case 'func':
      return ['func ', funcDoc(type)]
    case 'service':
      return ['service ', methodsDoc(type.methods)]
    default:
      return type.kind
  }
}

export function typesDoc(types: readonly CandidType[]): Doc {
  return enclose('(', separate(types.map(typeDoc), ','), ')')
}

export function methodsDoc(methods: readonly CandidMethod[]): Doc {
  const lines = methods.map(({name, type}): Doc => [quoteNameInType(name), ' : ', type.kind === 'func' ? funcDoc(type) : typeDoc(type)])
  return encloseSpaced('{', separate(lines, ';'), '}')
}

function funcDoc({args, results, modes}: FuncType): Doc {
  return [typesDoc(args), ' -> ', typesDoc(results), ...modes.map((mode) => ` ${mode}`)]
}

function fieldsDoc(fields: readonly CandidField[], isVariant: boolean): Doc {
  const isPositional = !isVariant && isTuple(fields)
  const parts = fields.map((field): Doc => {
    if (isPositional) return typeDoc(field.type)
    const label = field.name === undefined ? fieldLabel(field) : quoteNameInType(field.name)
    return isVariant && field.type.kind === 'null' ? label : [label, ' : ', typeDoc(field.type)]
  })
  return encloseSpaced('{', separate(parts, ';'), '}')
}

/** The name of a field, or its number as `1_754_302_831`. */
export function fieldLabel({name, id}: Pick<CandidField, 'name' | 'id'>): string {
  return name === undefined ? groupDigits(String(id)) : quoteName(name)
}

/** `-1234567` as `-1_234_567`. */
export function groupDigits(text: string): string {
  const sign = text.startsWith('-') ? '-' : ''
  const digits = text.slice(sign.length)
  const groups: string[] = []
  for (let end = digits.length; end > 0; end -= 3) groups.push(digits.slice(Math.max(0, end - 3), end))
  return sign + groups.reverse().join('_')
}
