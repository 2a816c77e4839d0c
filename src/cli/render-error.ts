/** How an error looks on the terminal and as JSON. */
import {IcicleError} from '../base/errors.js'
import {InvariantViolation} from '../base/invariant.js'
import {UsageError} from './usage-error.js'

export const EXIT_FAILURE = 255
export const EXIT_USAGE = 2
export const EXIT_INTERRUPTED = 130

export interface RenderOptions {
  /** With `-v`: causes too where hints would do. */
  readonly isVerbose: boolean
  /** Words in colour, or not. */
  readonly paint: (text: string) => string
  /** Where to report a bug, if there is a place. */
  readonly bugsUrl: string | undefined
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT_USAGE
  return isAbort(error) ? EXIT_INTERRUPTED : EXIT_FAILURE
}

/** True for what an aborted `signal` makes of an operation: the user knows already. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** The text for standard error, without a final newline; empty for an interruption. */
export function renderError(error: unknown, options: RenderOptions): string {
  if (isAbort(error)) return ''
  if (error instanceof UsageError) return renderUsage(error, options)
  if (isBug(error)) return renderBug(error, options)
  const [top, ...causes] = chainOf(error)
  const hints = error instanceof IcicleError ? error.hints : []
  const lines = [`${options.paint('Error:')} ${top}`]
  if (hints.length === 0 || options.isVerbose) lines.push(...causes.map((cause) => `Caused by: ${cause}`))
  if (hints.length > 0) lines.push(`${options.paint('To fix:')} ${hints.join('\n')}`)
  return lines.join('\n')
}

/** `{error: {code, message, hints, causes, …the error's own data}}` */
export function errorToJson(error: unknown): {readonly error: Record<string, unknown>} {
  const [message, ...causes] = chainOf(error)
  const data =
    error instanceof IcicleError ? Object.fromEntries(Object.entries(error).filter(([key]) => key !== 'name' && key !== 'cause')) : {}
  const code = error instanceof IcicleError ? error.code : isBug(error) ? 'BUG' : 'FAILED'
  return {error: {...data, code, message, hints: error instanceof IcicleError ? error.hints : [], causes}}
}

/** What no input should cause. Errors of the system or of a library carry other classes. */
function isBug(error: unknown): error is Error {
  if (error instanceof InvariantViolation) return true
  return (error instanceof TypeError && error.cause === undefined) || error instanceof ReferenceError || error instanceof RangeError
}

function renderUsage(error: UsageError, {paint}: RenderOptions): string {
  const usage = error.usage === undefined ? [] : ['', error.usage]
  return [`${paint('error:')} ${error.message}`, ...usage, '', "For more information, try '--help'."].join('\n')
}

function renderBug(error: Error, {paint, bugsUrl}: RenderOptions): string {
  const place = bugsUrl === undefined ? 'Please report it with the lines above.' : `Please report it with the lines above: ${bugsUrl}`
  return [`${paint('Error:')} ${error.message}`, error.stack ?? '', `This is a bug in icicle. ${place}`].join('\n')
}

/** Messages from the error down its causes. */
function chainOf(error: unknown): string[] {
  const messages: string[] = []
  for (let at: unknown = error; at !== undefined && at !== null && messages.length < 20; at = at instanceof Error ? at.cause : undefined) {
    messages.push(messageOf(at))
  }
  return messages
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error.message || error.name
}
