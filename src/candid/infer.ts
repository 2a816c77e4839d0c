/**
 * The type of a value that was written without one.
 *
 * As the reference infers: whole numbers are int, others float64, references have empty interfaces. The elements of a vector get a type that
 * holds them all, where the reference takes that of the first and writes bytes nobody can read.
 */

import {CandidError} from './errors.js'
import {printType} from './print-type.js'
import {type CandidField, type CandidType, type FieldsType, fieldsType} from './types.js'
import type {FieldNode, ValueNode} from './value-node.js'

/** Throws CandidError 'CANDID_VALUE' when the elements of a vector have no type in common. */
export function inferType(node: ValueNode): CandidType {
  switch (node.kind) {
    case 'integer':
      return {kind: 'int'}
    case 'float':
      return {kind: 'float64'}
    case 'blob':
      return {kind: 'vec', inner: {kind: 'nat8'}}
    case 'func':
      return {kind: 'func', args: [], results: [], modes: []}
    case 'service':
      return {kind: 'service', methods: []}
    case 'opt':
      return {kind: 'opt', inner: inferType(node.inner)}
    case 'vec':
      return {kind: 'vec', inner: node.items.map(inferType).reduce(join, {kind: 'empty'})}
    case 'record':
      return fieldsType('record', node.fields.map(inferField))
    case 'variant':
      return fieldsType('variant', [inferField(node.field)])
    case 'annotated':
      return node.type
    default:
      return {kind: node.kind}
  }
}

function inferField({id, name, value}: FieldNode): CandidField {
  return name === undefined ? {id, type: inferType(value)} : {id, name, type: inferType(value)}
}

/** A type for values of both types. */
function join(a: CandidType, b: CandidType): CandidType {
  if (a.kind === 'empty') return b
  if (b.kind === 'empty') return a
  if (a.kind === 'null' && b.kind === 'opt') return b
  if (a.kind === 'opt' && b.kind === 'null') return a
  if ((a.kind === 'opt' || a.kind === 'vec') && a.kind === b.kind) return {kind: a.kind, inner: join(a.inner, (b as typeof a).inner)}
  if (a.kind === 'variant' && b.kind === 'variant') return fieldsType('variant', joinFields(a, b))
  const isSameRecord = a.kind === 'record' && b.kind === 'record' && a.fields.length === b.fields.length
  if (isSameRecord && a.fields.every((field, index) => field.id === b.fields[index]!.id)) return fieldsType('record', joinFields(a, b))
  if (printType(a) === printType(b)) return a
  throw new CandidError('CANDID_VALUE', `the elements of a vec have different types: ${printType(a)} and ${printType(b)}`)
}

function joinFields(a: FieldsType, b: FieldsType): CandidField[] {
  const fields = new Map(a.fields.map((field) => [field.id, field]))
  for (const field of b.fields) {
    const known = fields.get(field.id)
    fields.set(field.id, known ? {...known, type: join(known.type, field.type)} : field)
  }
  return [...fields.values()]
}
