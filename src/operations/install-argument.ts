/** The arguments a canister is installed with: from the command line, else from dfx.json. */

import {parseDid} from '../candid/did.js'
import {findText} from '../io/files.js'
import type {CanisterConfig} from '../project/project.js'
import {ArgumentInvalid} from './canister-errors.js'
import {type ExpectedArguments, encodeArgument, type GivenArgument} from './encode-argument.js'
import type {Reporter} from './reporter.js'

export interface InstallArgumentInput {
  readonly canister: CanisterConfig | undefined
  readonly given: GivenArgument | undefined
  /** The interface with its constructor, when it is known. */
  readonly candid: string | undefined
}

/** Throws ArgumentInvalid, CandidError. */
export function encodeInstallArgument({canister, given, candid}: InstallArgumentInput, reporter: Reporter): Uint8Array {
  const configured = canister && findConfiguredArgument(canister)
  if (given && configured && given.text !== configured.text)
    reporter.warn(`Canister '${canister?.name}' has init_arg in dfx.json: ${configured.text},
which is different from the one specified in the command line: ${given.text}.
The command line value will be used.`)
  return encodeArgument(given ?? configured, candid === undefined ? undefined : expectedOf(candid))
}

/** `init_arg` or the text of `init_arg_file`. Throws ArgumentInvalid when there are both. */
function findConfiguredArgument({name, initArg, initArgFile}: CanisterConfig): GivenArgument | undefined {
  if (initArg !== undefined && initArgFile !== undefined)
    throw new ArgumentInvalid(
      `At most one of the fields 'init_arg' and 'init_arg_file' should be defined in dfx.json (canister '${name}').`,
    )
  if (initArgFile === undefined) return initArg === undefined ? undefined : {text: initArg, format: 'idl'}
  const text = findText(initArgFile)
  if (text === undefined) throw new ArgumentInvalid(`Cannot read '${initArgFile}', the init_arg_file of canister '${name}'.`)
  return {text, format: 'idl'}
}

function expectedOf(candid: string): ExpectedArguments {
  const {types, service} = parseDid(candid)
  return {types: service?.initArgs ?? [], env: types}
}
