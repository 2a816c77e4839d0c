/** What a method name means to a canister. Digest system-api section 3, "Method lookup order". */

import {invariant} from '../../base/invariant.js'
import type {ModuleInfo} from '../embedder/types.js'
import type {CanisterState} from '../state/canister-state.js'
import type {ExecutionError} from '../system-api/errors.js'
import type {ExecutionEnvironment} from './environment.js'

export type MethodKind = 'update' | 'query' | 'compositeQuery'

export const NO_MODULE: ExecutionError = {
  errorCode: 'IC0537',
  description: 'Attempted to execute a message, but the canister contains no Wasm module.',
}

/** What is known of the installed module; undefined for an empty canister. */
export function findModuleInfo(canister: CanisterState, env: ExecutionEnvironment): ModuleInfo | undefined {
  if (!canister.code) return undefined
  const info = env.runtime.inspectModule(canister.code.module)
  invariant(!('kind' in info), `canister ${canister.id} holds a module that is no longer valid`)
  return info
}

/** The first of `kinds` that the module exports under this name. */
export function findMethod({methods}: ModuleInfo, name: string, kinds: readonly MethodKind[]): MethodKind | undefined {
  return kinds.find((kind) => methods[kind].includes(name))
}

const EXPORT_PREFIX: Record<MethodKind, string> = {
  update: 'canister_update',
  query: 'canister_query',
  compositeQuery: 'canister_composite_query',
}

export function exportNameOf(kind: MethodKind, name: string): string {
  return `${EXPORT_PREFIX[kind]} ${name}`
}
