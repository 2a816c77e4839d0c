/**
 * Calls a method of a canister with an argument as text, and gives the answer as text.
 *
 * Source: dfx-compat, "canister call".
 */

import {CallRejected} from '../agent/errors.js'
import type {CanisterCall, IcAgent} from '../agent/ic-agent.js'
import {toHex} from '../base/bytes.js'
import {decodeArgs, decodeUntyped} from '../candid/decode.js'
import {printArgs, printArgsCompact} from '../candid/print.js'
import {printArgsJson} from '../candid/print-json.js'
import type {CandidType, CandidValue, TypeEnv} from '../candid/types.js'
import {MANAGEMENT_CANISTER_ID} from '../protocol/principal.js'
import {findMethodInterface, type MethodInterface} from './call-interface.js'
import {CallFailed, MethodMismatch} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {findCreationPlace} from './creation-place.js'
import {encodeArgument, type GivenArgument} from './encode-argument.js'
import {getCanisterId} from './find-canister.js'
import {findSubject, refuseCanisterOnly} from './management-calls.js'

export type OutputFormat = 'pp' | 'idl' | 'raw' | 'json'

export interface CallOptions {
  /** A name or a principal. */
  readonly canister: string
  readonly method: string
  readonly argument: GivenArgument | undefined
  /** Undefined: what the interface says, else update. */
  readonly kind: 'query' | 'update' | undefined
  readonly isAsync: boolean
  readonly candidFile: string | undefined
  readonly output: OutputFormat
}

export type CallReport =
  | {readonly kind: 'answered'; readonly reply: Uint8Array; readonly text: string}
  | {readonly kind: 'submitted'; readonly requestId: string}

/** Throws CallFailed with the reject as its cause, MethodMismatch, ArgumentInvalid, CandidError. */
export async function callCanister(context: ProjectContext, options: CallOptions): Promise<CallReport> {
  const canister = getCanisterId(context, options.canister)
  const isManagement = canister.id === MANAGEMENT_CANISTER_ID
  if (isManagement) refuseCanisterOnly(options.method)
  const agent = await connectAgent(context)
  const known = await findMethodInterface(context, agent, {canister, method: options.method, candidFile: options.candidFile})
  const isQuery = chooseQuery(options, known)
  const arg = encodeArgument(options.argument, known && {types: known.method.args, env: known.types})
  const effective = isManagement ? {effectiveCanisterId: findSubject(arg, known) ?? (await findCreationPlace(context.networkUrl()))} : {}
  const call: CanisterCall = {canisterId: canister.id, method: options.method, arg, ...effective}
  if (options.isAsync && !isQuery) return {kind: 'submitted', requestId: await agent.submit(call)}
  const reply = await send(agent, call, isQuery)
  return {kind: 'answered', reply, text: renderReply(reply, options.output, known)}
}

/** Throws MethodMismatch. */
function chooseQuery({method, kind}: CallOptions, known: MethodInterface | undefined): boolean {
  const isQueryMethod = known?.method.modes.some((mode) => mode === 'query' || mode === 'composite_query') ?? false
  if (kind === 'query' && known && !isQueryMethod)
    throw new MethodMismatch(`${method} is an update method, not a query method.`, {
      hints: ["Run the command without '--query'."],
      cause: new Error('Not a query method.'),
    })
  return kind === 'update' ? false : kind === 'query' || isQueryMethod
}

async function send(agent: IcAgent, call: CanisterCall, isQuery: boolean): Promise<Uint8Array> {
  try {
    return isQuery ? await agent.query(call) : await agent.update(call)
  } catch (error) {
    throw error instanceof CallRejected ? new CallFailed(isQuery ? 'query' : 'update', error) : error
  }
}

/** The answer in the wanted format; without an interface, with the types that the answer itself names. */
export function renderReply(reply: Uint8Array, output: OutputFormat, known: MethodInterface | undefined): string {
  if (output === 'raw') return toHex(reply)
  const {types, values, env} = known
    ? {types: known.method.results, values: decodeArgs(reply, known.method.results, known.types), env: known.types}
    : decodeUntyped(reply)
  return PRINTERS[output](types, values, env)
}

const PRINTERS: Readonly<
  Record<Exclude<OutputFormat, 'raw'>, (types: readonly CandidType[], values: readonly CandidValue[], env: TypeEnv) => string>
> = {pp: printArgs, idl: printArgsCompact, json: printArgsJson}
