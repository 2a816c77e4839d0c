/**
 * The command line that dfx projects write for `moc`, read for the compiler in JavaScript. Options that only choose output files or a
 * profile change nothing here and are accepted.
 */

import {IcicleError} from '../../base/errors.js'

export interface CompilerOptions {
  /** Passed on as they are, e.g. `-W`, `M0223`. */
  readonly flags: readonly string[]
  /** Names of the compiler's garbage collection and persistence switches, in the order given. */
  readonly collector: readonly string[]
  /** Package name → folder. */
  readonly packages: ReadonlyMap<string, string>
  /** Metadata sections that become public. */
  readonly publicMetadata: readonly string[]
}

export class MotokoOptionInvalid extends IcicleError {
  readonly code = 'MOTOKO_OPTION_INVALID'
}

/** `moc` option → switch of the compiler in JavaScript. */
const COLLECTOR: Readonly<Record<string, string>> = {
  '--copying-gc': 'copying',
  '--compacting-gc': 'marking',
  '--generational-gc': 'generational',
  '--incremental-gc': 'incremental',
  '--force-gc': 'force',
  '--legacy-persistence': 'classicOP',
  '--enhanced-orthogonal-persistence': 'enhancedOP',
}
/** Collectors that exist for 32-bit persistence alone: choosing one means choosing that. */
const CLASSIC_COLLECTORS = new Set(['copying', 'marking', 'generational'])

const PASSED = new Set(['--hide-warnings', '-Werror', '--ai-errors', '--all-libs', '--error-recovery', '--default-persistent-actors'])
const PASSED_WITH_VALUE = new Set([
  '-A',
  '-W',
  '-E',
  '--error-detail',
  '--implicit-derivation-depth',
  '--enhanced-migration',
  '--implicit-package',
])
const WITHOUT_EFFECT = new Set([
  '-c',
  '-g',
  '--debug',
  '--release',
  '--idl',
  '--stable-types',
  '--stable-regions',
  '--legacy-actors',
  '--require-persistent-actors',
  '--print-warnings',
])
const WITHOUT_EFFECT_WITH_VALUE = new Set(['-o', '--max-stable-pages', '--error-format', '--actor-idl', '--omit-metadata'])

/** Throws MotokoOptionInvalid for an option that `moc` does not have, or that lacks its value. */
export function parseCompilerOptions(words: readonly string[]): CompilerOptions {
  const flags: string[] = []
  const collector: string[] = []
  const packages = new Map<string, string>()
  const publicMetadata: string[] = []
  const queue = [...words]
  const take = (option: string): string => {
    const value = queue.shift()
    if (value === undefined) throw new MotokoOptionInvalid(`moc: option '${option}' needs an argument.`)
    return value
  }
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (PASSED.has(word)) flags.push(word)
    else if (PASSED_WITH_VALUE.has(word)) flags.push(word, take(word))
    else if (word in COLLECTOR) collector.push(COLLECTOR[word]!)
    else if (word === '--package') packages.set(take(word), take(word))
    else if (word === '--public-metadata') publicMetadata.push(take(word))
    else if (WITHOUT_EFFECT_WITH_VALUE.has(word)) take(word)
    else if (!WITHOUT_EFFECT.has(word)) throw unknownOption(word)
  }
  return {flags, collector: withPersistence(collector), packages, publicMetadata}
}

/** A classic collector needs classic persistence, unless the words say otherwise. */
function withPersistence(collector: readonly string[]): readonly string[] {
  const isClassic = collector.some((name) => CLASSIC_COLLECTORS.has(name))
  return isClassic && !collector.includes('enhancedOP') && !collector.includes('classicOP') ? ['classicOP', ...collector] : collector
}

function unknownOption(word: string): MotokoOptionInvalid {
  return new MotokoOptionInvalid(`moc: unknown option '${word}'.`, {
    hints: ['It comes from "args" of the canister or of "defaults.build" in dfx.json.'],
  })
}

/** Splits a line as a shell would: blanks separate, quotes and backslashes keep together. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  for (const match of line.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs)) words.push(unquote(match[0]))
  return words
}

function unquote(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double?: string, single?: string, escaped?: string) =>
    double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : (single ?? escaped ?? ''),
  )
}
