/** Names whose types contain themselves, which Rust does not allow everywhere. */

import type {CandidType, TypeEnv} from '../types.js'

export interface Recursion {
  /** Must stand in a `Box`: nothing in between gives the type a size. */
  readonly boxed: ReadonlySet<string>
  /** Cannot be aliases of other types, only types of their own. */
  readonly recursive: ReadonlySet<string>
}

export function findRecursion(env: TypeEnv): Recursion {
  const boxed = new Set<string>()
  const recursive = new Set<string>()
  for (const [name, type] of env) {
    if (contains(type, name, {env, throughVec: false, seen: new Set()})) boxed.add(name)
    if (contains(type, name, {env, throughVec: true, seen: new Set()})) recursive.add(name)
  }
  return {boxed, recursive}
}

interface Search {
  readonly env: TypeEnv
  readonly throughVec: boolean
  readonly seen: Set<string>
}

function contains(type: CandidType, wanted: string, search: Search): boolean {
  switch (type.kind) {
    case 'var':
      if (type.name === wanted) return true
      if (search.seen.has(type.name)) return false
      search.seen.add(type.name)
      return contains(search.env.get(type.name)!, wanted, search)
    case 'vec':
      return search.throughVec && contains(type.inner, wanted, search)
    case 'opt':
      return contains(type.inner, wanted, search)
    case 'record':
    case 'variant':
      return type.fields.some((field) => contains(field.type, wanted, search))
    default:
      return false
  }
}
