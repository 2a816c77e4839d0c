/** Which definitions a binding needs, and in which order. */

import type {CandidInterface, CandidType, ServiceType, TypeEnv} from '../types.js'
import {resolveType} from '../types.js'

export interface Definition {
  readonly name: string
  readonly type: CandidType
}

/** The definitions behind the types, each after those it uses; cycles are cut where they close. */
export function orderDefinitions(types: readonly CandidType[], env: TypeEnv): Definition[] {
  const seen = new Set<string>()
  const ordered: Definition[] = []
  const visit = (type: CandidType): void => {
    if (type.kind !== 'var') {
      for (const part of partsOf(type)) visit(part)
      return
    }
    if (seen.has(type.name)) return
    seen.add(type.name)
    const definition = env.get(type.name)!
    visit(definition)
    ordered.push({name: type.name, type: definition})
  }
  for (const type of types) visit(type)
  return ordered
}

/** Names that are used before they are defined. */
export function findRecursive(definitions: readonly Definition[]): Set<string> {
  const defined = new Set<string>()
  const recursive = new Set<string>()
  const visit = (type: CandidType): void => {
    if (type.kind === 'var') {
      if (!defined.has(type.name)) recursive.add(type.name)
    } else for (const part of partsOf(type)) visit(part)
  }
  for (const {name, type} of definitions) {
    visit(type)
    defined.add(name)
  }
  return recursive
}

/** The service as a type: its name, if it has one. */
export function serviceType({service}: CandidInterface): CandidType {
  if (service?.typeName !== undefined) return {kind: 'var', name: service.typeName}
  return {kind: 'service', methods: service?.methods ?? []} satisfies ServiceType
}

/** Whether the names stand for references, whose values are principals and methods. */
export function isReference(type: CandidType, env: TypeEnv): boolean {
  const {kind} = resolveType(type, env)
  return kind === 'func' || kind === 'service'
}

function partsOf(type: Exclude<CandidType, {kind: 'var'}>): readonly CandidType[] {
  switch (type.kind) {
    case 'opt':
    case 'vec':
      return [type.inner]
    case 'record':
    case 'variant':
      return type.fields.map((field) => field.type)
    case 'func':
      return [...type.args, ...type.results]
    case 'service':
      return type.methods.map((method) => method.type)
    default:
      return []
  }
}
