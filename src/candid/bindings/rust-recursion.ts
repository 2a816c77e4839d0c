/** Which names must stand in a `Box`, because they contain themselves without a vector in between. */

import type {CandidType, TypeEnv} from '../types.js'

export function findBoxed(env: TypeEnv): Set<string> {
  const boxed = new Set<string>()
  for (const [name, type] of env) if (contains(type, name, env, new Set())) boxed.add(name)
  return boxed
}

function contains(type: CandidType, wanted: string, env: TypeEnv, seen: Set<string>): boolean {
  switch (type.kind) {
    case 'var': {
      if (type.name === wanted) return true
      if (seen.has(type.name)) return false
      seen.add(type.name)
      return contains(env.get(type.name)!, wanted, env, seen)
    }
    case 'opt':
      return contains(type.inner, wanted, env, seen)
    case 'record':
    case 'variant':
      return type.fields.some((field) => contains(field.type, wanted, env, seen))
    default:
      return false
  }
}
