/**
 * Calls a method of a canister with an argument as text, and gives the answer as text.
 *
 * Source: dfx-compat, "canister call".
 */

import {randomInt} from 'node:crypto'
import {CallRejected} from '../agent/errors.js'
import type {CanisterCall, IcAgent} from '../agent/ic-agent.js'
import {toHex} from '../base/bytes.js'
import {decodeArgs, decodeUntyped} from '../candid/decode.js'
import {encodeArgs} from '../candid/encode.js'
import {printArgs, printArgsCompact} from '../candid/print.js'
import {printArgsJson} from '../candid/print-json.js'
import type {CandidType, CandidValue, TypeEnv} from '../candid/types.js'
import {MANAGEMENT_CANISTER_ID} from '../protocol/principal.js'
import {assistArgument} from './assist-argument.js'
import {type CallCost, measureCall} from './call-cost.js'
import {findMethodInterface, type MethodInterface} from './call-interface.js'
import {ArgumentInvalid, CallFailed, MethodMismatch} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {findCreationPlace} from './creation-place.js'
import {canOmit, type ExpectedArguments, encodeArgument, type GivenArgument} from './encode-argument.js'
import {getCanisterId} from './find-canister.js'
import {findSubject, refuseCanisterOnly} from './management-calls.js'
import {makeRandomArgument} from './random-argument.js'

export const OUTPUT_FORMATS = ['pp', 'idl', 'raw', 'json'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

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
  /** Makes the argument up: the configuration of `--random`, empty for none. */
  readonly random?: string | undefined
  /** Ask for arguments that could be left out, too. */
  readonly alwaysAssist?: boolean | undefined
  /** Tell the time, and what the call cost the canister where the network says so. */
  readonly isMeasured?: boolean | undefined
}

export type CallReport =
  | {readonly kind: 'answered'; readonly reply: Uint8Array; readonly text: string; readonly cost?: CallCost}
  | {readonly kind: 'submitted'; readonly requestId: string}

/** Throws CallFailed with the reject as its cause, MethodMismatch, ArgumentInvalid, CandidError. */
export async function callCanister(context: ProjectContext, options: CallOptions): Promise<CallReport> {
  // A name that is not known is told before anything is asked of the network.
  getCanisterId(context, options.canister)
  const agent = await connectAgent(context)
  const {call, isQuery, known} = await prepareCall(context, agent, options)
  if (options.isAsync && !isQuery) return {kind: 'submitted', requestId: await agent.submit(call)}
  const work = (): Promise<Uint8Array> => send(agent, call, isQuery)
  const {reply, cost} = options.isMeasured ? await measureCall(agent, call, isQuery, work) : {reply: await work(), cost: undefined}
  return {kind: 'answered', reply, text: renderReply(reply, options.output, known), ...(cost ? {cost} : {})}
}

export interface PreparedCall {
  readonly call: CanisterCall
  readonly isQuery: boolean
  /** Undefined when nobody knows the interface. */
  readonly known: MethodInterface | undefined
}

/** Everything but the sending. Throws MethodMismatch, ArgumentInvalid, CandidError. */
export async function prepareCall(
  context: ProjectContext,
  agent: IcAgent,
  options: Omit<CallOptions, 'output' | 'isAsync'>,
): Promise<PreparedCall> {
  const canister = getCanisterId(context, options.canister)
  const isManagement = canister.id === MANAGEMENT_CANISTER_ID
  if (isManagement) refuseCanisterOnly(options.method)
  const known = await findMethodInterface(context, agent, {canister, method: options.method, candidFile: options.candidFile})
  const isQuery = chooseQuery(options, known)
  const arg = await makeArgument(context, options, known)
  const effective = isManagement ? {effectiveCanisterId: findSubject(arg, known) ?? (await findCreationPlace(context.networkUrl()))} : {}
  return {call: {canisterId: canister.id, method: options.method, arg, ...effective}, isQuery, known}
}

/** From the line, made up, asked for on a terminal, or nothing. Throws ArgumentInvalid, CandidError. */
async function makeArgument(
  context: ProjectContext,
  options: Pick<CallOptions, 'argument' | 'random' | 'alwaysAssist'>,
  known: MethodInterface | undefined,
): Promise<Uint8Array> {
  const expected = known && {types: known.method.args, env: known.types}
  const {argument, random} = options
  if (random !== undefined) return makeUp(context, random, expected)
  const isAsked = !argument && expected && expected.types.length > 0 && (options.alwaysAssist || !canOmit(expected))
  if (!isAsked || !context.ask) return encodeArgument(argument, expected)
  const values = await assistArgument({...expected, ask: context.ask, reporter: context.reporter})
  return encodeArgs(expected.types, values, expected.env)
}

function makeUp(context: ProjectContext, config: string, expected: ExpectedArguments | undefined): Uint8Array {
  if (!expected) throw new ArgumentInvalid('Random arguments need the interface of the canister.', {hints: ['Name a file: --candid FILE.']})
  const values = makeRandomArgument(expected, config, randomInt(2 ** 31))
  context.reporter.info(`Sending the following random argument:\n${printArgs(expected.types, values, expected.env)}\n`)
  return encodeArgs(expected.types, values, expected.env)
}

/** Throws MethodMismatch. */
function chooseQuery({method, kind}: Pick<CallOptions, 'method' | 'kind'>, known: MethodInterface | undefined): boolean {
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
