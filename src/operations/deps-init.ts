/** `deps init`: what the pulled canisters are to be installed with. */

import {toHex} from '../base/bytes.js'
import {parseDid} from '../candid/did.js'
import {type InitialArgument, type PulledCanister, readInitial, readPulled, writeInitial} from '../project/deps-json.js'
import {type CanisterId, findPrincipal, principalToText} from '../protocol/principal.js'
import {ArgumentInvalid, DependencyInvalid} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import {canOmit, type ExpectedArguments, encodeArgument, type GivenArgument} from './encode-argument.js'

/** One canister with its argument, or all that need none or bring their own. Throws DependencyInvalid, ArgumentInvalid. */
export function initDependencies(
  context: ProjectContext,
  typed: string | undefined,
  argument: GivenArgument | undefined,
): {readonly initialized: readonly string[]} {
  const project = context.project()
  const pulled = getPulled(context)
  const initial = new Map(readInitial(project) ?? [])
  if (typed === undefined && argument) throw new ArgumentInvalid('An argument needs the name of its canister.')
  const chosen = typed === undefined ? [...pulled] : [findPulled(context, pulled, typed)]
  const lacking: string[] = []
  for (const [id, canister] of chosen) {
    if (typed === undefined && initial.has(id)) continue
    const made = makeArgument(canister, argument)
    if (made) initial.set(id, made)
    else lacking.push(`${principalToText(id)}${canister.name === undefined ? '' : ` (${canister.name})`}`)
  }
  writeInitial(project, initial)
  if (lacking.length > 0)
    throw new DependencyInvalid(describeLacking(lacking), {
      hints: chosen.map(([id, {init_guide}]) => `${principalToText(id)}: ${init_guide}`),
    })
  return {initialized: chosen.map(([id]) => principalToText(id))}
}

function describeLacking(lacking: readonly string[]): string {
  return `The following canister(s) require an init argument. Please run \`deps init <NAME/PRINCIPAL>\` to set them individually:\n${lacking.join('\n')}`
}

/** Undefined when an argument is needed and nobody gives one. */
function makeArgument(
  {candid_args = '()', init_arg: own}: PulledCanister & object,
  given: GivenArgument | undefined,
): InitialArgument | undefined {
  const expected = expectedOf(candid_args)
  const argument = given ?? (own === undefined ? undefined : {text: own, format: 'idl' as const})
  if (argument) return {arg_str: argument.format === 'raw' ? undefined : argument.text, arg_raw: toHex(encodeArgument(argument, expected))}
  if (expected.types.length === 0) return {}
  if (!canOmit(expected)) return undefined
  const text = `(${expected.types.map(() => 'null').join(', ')})`
  return {arg_str: text, arg_raw: toHex(encodeArgument({text, format: 'idl'}, expected))}
}

/** Definitions are not part of `candid:args`: what it names must be plain. */
function expectedOf(args: string): ExpectedArguments {
  const {service, types} = parseDid(`service : ${args} -> {}`)
  return {types: service?.initArgs ?? [], env: types}
}

/** Throws DependencyInvalid before `deps pull`. */
export function getPulled(context: ProjectContext): ReadonlyMap<CanisterId, PulledCanister & object> {
  const pulled = readPulled(context.project())
  if (!pulled) throw new DependencyInvalid('Failed to read pulled.json.', {hints: ['Please run `deps pull`.']})
  return pulled as ReadonlyMap<CanisterId, PulledCanister & object>
}

/** Throws DependencyInvalid. */
export function findPulled(context: ProjectContext, pulled: ReadonlyMap<CanisterId, PulledCanister & object>, typed: string) {
  const canister = context.project().canisters.get(typed)
  const id = canister?.type === 'pull' ? canister.id : findPrincipal(typed)
  const found = id === undefined ? undefined : pulled.get(id)
  if (id === undefined || !found)
    throw new DependencyInvalid(`Failed to find ${typed} in pulled.json`, {hints: ['Please rerun `deps pull`.']})
  return [id, found] as const
}
