/**
 * From what the user gives as argument to the bytes of a message: Candid text, a bare word where one is expected, JSON, or hexadecimal.
 *
 * Source: dfx-compat, "canister call", "Argument".
 */

import {readFileSync} from 'node:fs'
import {fromHex} from '../base/bytes.js'
import {encodeArgs, isOptional} from '../candid/encode.js'
import {parseArgsJson} from '../candid/parse-json.js'
import {parseArgs, parseCallArgument} from '../candid/text.js'
import {type CandidType, resolveType, type TypeEnv} from '../candid/types.js'
import {ArgumentInvalid} from './canister-errors.js'

export const ARGUMENT_FORMATS = ['idl', 'raw', 'json'] as const
export type ArgumentFormat = (typeof ARGUMENT_FORMATS)[number]

export interface GivenArgument {
  readonly text: string
  readonly format: ArgumentFormat
}

export interface ExpectedArguments {
  readonly types: readonly CandidType[]
  readonly env: TypeEnv
}

/** `expected` is undefined when the interface is not known. Throws ArgumentInvalid, CandidError. */
export function encodeArgument(given: GivenArgument | undefined, expected: ExpectedArguments | undefined): Uint8Array {
  if (given?.format === 'raw') return parseRaw(given.text)
  if (!given) return encodeNothing(expected)
  if (given.format === 'json') return encodeJson(given.text, expected)
  if (!expected) return encodeInferred(given.text)
  return encodeExpected(given.text, expected)
}

/** The text of an argument file; `-` is standard input. Throws ArgumentInvalid. */
export function readArgumentFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new ArgumentInvalid(`Cannot read the argument file '${file}'.`, {cause})
  }
}

function parseRaw(text: string): Uint8Array {
  try {
    return fromHex(text.replace(/\s+/g, ''))
  } catch (cause) {
    throw new ArgumentInvalid('The raw argument is not hexadecimal.', {cause})
  }
}

/** Whether the argument may be left out: none is expected, or all are optional. */
export function canOmit({types, env}: ExpectedArguments): boolean {
  return types.every((type) => isOptional(type, env))
}

/** No argument is right where none is expected, or where all may be left out. */
function encodeNothing(expected: ExpectedArguments | undefined): Uint8Array {
  const {types, env} = expected ?? {types: [], env: new Map()}
  if (canOmit({types, env}))
    return encodeArgs(
      types,
      types.map((type) => (resolveType(type, env).kind === 'opt' ? [] : null)),
      env,
    )
  throw new ArgumentInvalid('Invalid data: Expected arguments but found none.', {
    hints: [
      `${types.length === 1 ? 'One argument is' : `${types.length} arguments are`} expected: give it as Candid text, e.g. '("text", 5)'.`,
    ],
  })
}

function encodeExpected(text: string, {types, env}: ExpectedArguments): Uint8Array {
  return encodeArgs(types, parseCallArgument(text, types, env).values, env)
}

/** Without an interface nobody knows what a JSON value stands for. */
function encodeJson(text: string, expected: ExpectedArguments | undefined): Uint8Array {
  if (!expected) throw new ArgumentInvalid('A JSON argument needs the interface of the canister.', {hints: ['Name a file: --candid FILE.']})
  return encodeArgs(expected.types, parseArgsJson(text, expected.types, expected.env), expected.env)
}

/** Without an interface the types follow from the values; a bare word can only be a text. */
function encodeInferred(text: string): Uint8Array {
  const isBareWord =
    /^[^\s("'{}[\];=]+$/.test(text) && !/^([\d+-]|(true|false|null|opt|vec|record|variant|principal|blob|func|service)$)/.test(text)
  if (isBareWord) return encodeArgs([{kind: 'text'}], [text])
  const {types, values} = parseArgs(text.trimStart().startsWith('(') ? text : `(${text})`)
  return encodeArgs(types, values)
}
