/** Finds out what a canister offers, so that its arguments and answers can be written as text. */

import {findMetadataText} from '../agent/canister-state.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {IcicleError} from '../base/errors.js'
import {buildOutputs} from '../builders/build-outputs.js'
import {parseDid} from '../candid/did.js'
import {managementInterface} from '../candid/management.js'
import {type CandidInterface, type FuncType, findMethod} from '../candid/types.js'
import {findText} from '../io/files.js'
import {MANAGEMENT_CANISTER_ID} from '../protocol/principal.js'
import {ArgumentInvalid} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import type {FoundCanister} from './find-canister.js'

export interface MethodInterface {
  readonly method: FuncType
  readonly types: CandidInterface['types']
}

export interface InterfaceQuestion {
  readonly canister: FoundCanister
  readonly method: string
  /** A .did file that the user names. */
  readonly candidFile?: string | undefined
}

/** Undefined, after a warning, when nothing tells the method's types. Throws ArgumentInvalid, CandidError for the user's own file. */
export async function findMethodInterface(
  context: ProjectContext,
  agent: IcAgent,
  question: InterfaceQuestion,
): Promise<MethodInterface | undefined> {
  const {canister, method, candidFile} = question
  const candid = candidFile === undefined ? await findInterface(context, agent, canister) : readInterface(candidFile)
  const found = candid && findMethod(candid, method)
  if (candid && found) return {method: found, types: candid.types}
  const reason = candid
    ? `The Candid interface of '${canister.name}' has no method '${method}' (it has ${listMethods(candid)})`
    : `Cannot fetch Candid interface for ${method}`
  context.reporter.warn(`${reason}, sending arguments with inferred types.`)
  return undefined
}

function listMethods({service}: CandidInterface): string {
  return service?.methods.map(({name}) => `'${name}'`).join(', ') || 'none'
}

async function findInterface(context: ProjectContext, agent: IcAgent, canister: FoundCanister): Promise<CandidInterface | undefined> {
  if (canister.id === MANAGEMENT_CANISTER_ID) return managementInterface()
  const published = await findMetadataText(agent, canister.id, 'candid:service')
  if (published !== undefined) return parseLeniently(context, canister.name, published)
  const built = canister.isInProject ? findText(buildOutputs(context.project(), context.network(), canister.name).serviceDid) : undefined
  if (built === undefined) return undefined
  context.reporter.warn(
    `DEPRECATION WARNING: Cannot fetch Candid interface of canister '${canister.name}' from its metadata: using the one that was built here.`,
  )
  return parseLeniently(context, canister.name, built)
}

/** Somebody else's interface that cannot be read must not keep anyone from calling. */
function parseLeniently(context: ProjectContext, name: string, text: string): CandidInterface | undefined {
  try {
    return parseDid(text)
  } catch (error) {
    if (!(error instanceof IcicleError)) throw error
    context.reporter.warn(`The Candid interface of '${name}' cannot be read: ${error.message}`)
    return undefined
  }
}

function readInterface(file: string): CandidInterface {
  const text = findText(file)
  if (text === undefined) throw new ArgumentInvalid(`There is no Candid file '${file}'.`)
  return parseDid(text)
}
