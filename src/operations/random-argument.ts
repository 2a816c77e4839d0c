/**
 * `call --random`: values made up for the types of a method.
 *
 * The configuration is empty, or a record `{ value = Some ["…", …] }` with Candid texts to choose from where they fit the type.
 * Source: dfx-compat, "canister call", "Argument".
 */

import {CandidError} from '../candid/errors.js'
import {randomArgs} from '../candid/random.js'
import {parseArgs} from '../candid/text.js'
import type {CandidType, CandidValue, TypeEnv} from '../candid/types.js'
import {ArgumentInvalid} from './canister-errors.js'
import type {ExpectedArguments} from './encode-argument.js'

/** The same seed gives the same values. Throws ArgumentInvalid for a configuration that says something else. */
export function makeRandomArgument({types, env}: ExpectedArguments, config: string, seed: number): CandidValue[] {
  const choices = readChoices(config)
  const random = randomArgs(types, seed, env)
  return types.map((type, index) => choose(type, env, choices, seed + index) ?? random[index]!)
}

function choose(type: CandidType, env: TypeEnv, choices: readonly string[], seed: number): CandidValue | undefined {
  const fitting = choices.flatMap((text) => parseIfFits(text, type, env))
  return fitting[seed % fitting.length]
}

function parseIfFits(text: string, type: CandidType, env: TypeEnv): CandidValue[] {
  try {
    return [...parseArgs(`(${text})`, [type], env).values]
  } catch (error) {
    if (error instanceof CandidError) return []
    throw error
  }
}

/** Texts in the quotes of `value = Some ["…", "…"]`; `\"` is a quote inside of one. */
function readChoices(config: string): string[] {
  if (config.trim() === '') return []
  const list = /^\s*\{\s*value\s*=\s*Some\s*\[([\s\S]*)\]\s*\}\s*$/.exec(config)?.[1]
  if (list === undefined)
    throw new ArgumentInvalid(`The configuration of --random is not understood: '${config}'.`, {
      hints: ['Leave it empty (\'\'), or write { value = Some ["(42)", "\\"text\\""] }.'],
    })
  return [...list.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, text]) => text!.replace(/\\(["\\])/g, '$1'))
}
