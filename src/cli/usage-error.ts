/** Mistakes in the command line, in the words of clap, which scripts and tests of dfx projects match. Exit code 2. */
import {IcicleError} from '../base/errors.js'

export class UsageError extends IcicleError {
  readonly code = 'USAGE'
  /** `Usage: …` line, when the command is known. */
  readonly usage: string | undefined
  constructor(message: string, usage?: string) {
    super(message)
    this.usage = usage
  }
}

export interface CommandShape {
  readonly id: string
  readonly args: Readonly<Record<string, {readonly name?: string; readonly required?: boolean}>>
  readonly flags: Readonly<
    Record<string, {readonly type?: string; readonly helpValue?: string | readonly string[]; readonly required?: boolean}>
  >
}

/** The usage error that a complaint of oclif's parser stands for, or undefined when the error is none. */
export function findUsageError(error: unknown, command: CommandShape, program: string): UsageError | undefined {
  if (!(error instanceof Error)) return undefined
  const message = translate(error, command)
  return message === undefined ? undefined : new UsageError(message, usageOf(command, program))
}

/** `Usage: icicle new [OPTIONS] <NAME>` */
export function usageOf({id, args}: CommandShape, program: string): string {
  const shown = Object.entries(args).map(([name, arg]) => (arg.required ? showArg(name) : `[${upper(name)}]`))
  return ['Usage:', program, ...id.split(':'), '[OPTIONS]', ...shown].join(' ')
}

type Translation = readonly [RegExp, (match: RegExpExecArray, error: Error, command: CommandShape) => string]

const TRANSLATIONS: readonly Translation[] = [
  [/^Missing \d+ required arg/, (_match, error) => missing((namesIn(error, 'args') ?? []).map(showArg))],
  [/^Unexpected argument/, (_match, error) => unexpected(namesIn(error, 'args'))],
  [/^Nonexistent flag/, (_match, error) => unexpected(namesIn(error, 'flags'))],
  [
    /^Expected --(\S+?)=([\s\S]*) to be one of: (.*)/,
    ([, name, value, options], _error, command) =>
      `invalid value '${value}' for '${showFlag(name!, command)}'\n  [possible values: ${options}]`,
  ],
  [
    /^Expected ([\s\S]*) to be one of: (.*)/,
    ([, value, options], _error, {args}) =>
      `invalid value '${value}' for '${showArg(Object.keys(args)[0] ?? 'value')}'\n  [possible values: ${options}]`,
  ],
  [/^Flag --(\S+) expects/, ([, name], _error, command) => `a value is required for '${showFlag(name!, command)}' but none was supplied`],
  [
    /^Flag --(\S+) can only be specified once/,
    ([, name], _error, command) => `the argument '${showFlag(name!, command)}' cannot be used multiple times`,
  ],
  [
    /^Parsing --(\S+) \n\t([\s\S]*)\nSee more help/,
    ([, name, reason], _error, command) => `invalid value for '${showFlag(name!, command)}': ${reason}`,
  ],
  [/^The following errors? occurred:([\s\S]*)/, ([, reasons], error, command) => translateValidation(reasons!, error, command)],
]

function translate(error: Error, command: CommandShape): string | undefined {
  for (const [pattern, words] of TRANSLATIONS) {
    const match = pattern.exec(error.message)
    if (match) return words(match, error, command)
  }
  return undefined
}

function translateValidation(reasons: string, error: Error, command: CommandShape): string {
  const clash = /--(\S+?)=[^\n]* cannot also be provided when using --(\S+)/.exec(reasons)
  if (clash) {
    const [first, second] = inOrderOfLine([clash[2]!, clash[1]!], error)
    return `the argument '${showFlag(first!, command)}' cannot be used with '${showFlag(second!, command)}'`
  }
  const required = [...reasons.matchAll(/Missing required flag (\S+)/g)].map(([, name]) => showFlag(name!, command))
  if (required.length > 0) return missing(required)
  const needed = /All of the following must be provided when using --(\S+?): (.*)/.exec(reasons)
  if (needed) return missing(needed[2]!.split(', ').map((name) => showFlag(name.replace(/^--/, ''), command)))
  const oneOf = /Exactly one of the following must be provided: (.*)/.exec(reasons)
  if (oneOf) return missing([`<${oneOf[1]!.split(', ').join('|')}>`])
  return reasons.replace(/See more help with --help/, '').trim()
}

function missing(names: readonly string[]): string {
  return ['the following required arguments were not provided:', ...names.map((name) => `  ${name}`)].join('\n')
}

function unexpected(names: readonly string[] | undefined): string {
  return `unexpected argument '${names?.[0]}' found`
}

function showArg(name: string): string {
  return `<${upper(name)}>`
}

function showFlag(name: string, {flags}: CommandShape): string {
  const flag = flags[name]
  if (flag?.type !== 'option') return `--${name}`
  const value = typeof flag.helpValue === 'string' ? flag.helpValue : upper(name)
  return `--${name} <${value}>`
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

/** Names the parser attached to its error: strings, or definitions with a name. */
function namesIn(error: Error, field: 'args' | 'flags'): string[] | undefined {
  const list: unknown = (error as unknown as Record<string, unknown>)[field]
  if (!Array.isArray(list)) return undefined
  return list.map((entry: unknown) => (typeof entry === 'object' && entry !== null && 'name' in entry ? String(entry.name) : String(entry)))
}

function inOrderOfLine(names: readonly string[], error: Error): string[] {
  const parse = (error as {parse?: {output?: {raw?: readonly {flag?: string}[]}}}).parse
  const raw = parse?.output?.raw ?? []
  return [...names].sort((a, b) => raw.findIndex((token) => token.flag === a) - raw.findIndex((token) => token.flag === b))
}
