/** What can be wrong with Candid bytes, texts, types and values. */

import {IcicleError} from '../base/errors.js'

export type CandidErrorCode =
  /** The bytes end too early. */
  | 'CANDID_TRUNCATED'
  /** The bytes are not a Candid message. */
  | 'CANDID_MALFORMED'
  /** The message is well-formed, but its types or values are not the expected ones. */
  | 'CANDID_TYPE_MISMATCH'
  /** A value given to the encoder or written in a text does not have the wanted type. */
  | 'CANDID_VALUE'
  /** Nested too deeply, or more values than the bytes justify. */
  | 'CANDID_LIMIT'
  /** A text does not follow the grammar. */
  | 'CANDID_SYNTAX'
  /** A type name that is not defined, or a definition that means nothing. */
  | 'CANDID_TYPE'

export interface CandidErrorDetails {
  /** Where in the value, outermost first, e.g. `['argument 1', 'field "owner"']`. */
  readonly path?: readonly string[]
  /** Where in the text, counted from 1. */
  readonly line?: number
  readonly column?: number
}

/** The message begins with the path or the position, e.g. `argument 1, field "owner": expected principal, got text`. */
export class CandidError extends IcicleError {
  readonly path: readonly string[]
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(
    readonly code: CandidErrorCode,
    /** The sentence without path and position. */
    readonly problem: string,
    details: CandidErrorDetails = {},
  ) {
    super(withPlace(problem, details))
    this.path = details.path ?? []
    this.line = details.line
    this.column = details.column
  }

  /** The same error, seen from one level further out. */
  within(step: string): CandidError {
    return new CandidError(this.code, this.problem, {...this.details(), path: [step, ...this.path]})
  }

  /** The same error with the place in the text, unless it already has one. */
  at(line: number, column: number): CandidError {
    return this.line === undefined ? new CandidError(this.code, this.problem, {path: this.path, line, column}) : this
  }

  private details(): CandidErrorDetails {
    return this.line === undefined || this.column === undefined ? {} : {line: this.line, column: this.column}
  }
}

function withPlace(problem: string, {path = [], line, column}: CandidErrorDetails): string {
  const position = line === undefined ? '' : `${line}:${column}: `
  return `${position}${path.length === 0 ? '' : `${path.join(', ')}: `}${problem}`
}
