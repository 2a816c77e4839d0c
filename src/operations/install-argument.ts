/** The arguments a canister is installed with: from the command line, else from dfx.json. */

import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {findText} from '../io/files.js'
import type {CanisterConfig} from '../project/project.js'
import {assistArgument} from './assist-argument.js'
import {ArgumentInvalid} from './canister-errors.js'
import type {NetworkContext} from './context.js'
import {canOmit, type ExpectedArguments, encodeArgument, type GivenArgument} from './encode-argument.js'

export interface InstallArgumentInput {
  readonly canister: CanisterConfig | undefined
  readonly given: GivenArgument | undefined
  /** The interface with its constructor, when it is known. */
  readonly candid: string | undefined
  /** Ask for arguments that could be left out, too. */
  readonly alwaysAssist?: boolean | undefined
}

/** Asks on a terminal when there is no argument where one is needed. Throws ArgumentInvalid, CandidError. */
export async function encodeInstallArgument(
  {canister, given, candid, alwaysAssist}: InstallArgumentInput,
  {reporter, ask}: Pick<NetworkContext, 'reporter' | 'ask'>,
): Promise<Uint8Array> {
  const configured = canister && findConfiguredArgument(canister)
  if (given && configured && given.text !== configured.text)
    reporter.warn(`Canister '${canister?.name}' has init_arg in dfx.json: ${configured.text},
which is different from the one specified in the command line: ${given.text}.
The command line value will be used.`)
  const argument = given ?? configured
  const expected = candid === undefined ? undefined : expectedOf(candid)
  if (argument || !ask || !expected?.types.length || (canOmit(expected) && !alwaysAssist)) return encodeArgument(argument, expected)
  return encodeArgs(expected.types, await assistArgument({...expected, ask, reporter}), expected.env)
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
