/** Turns the errors of @dfinity/agent into icicle's own. */

import {
  AgentError,
  CertifiedRejectErrorCode,
  HttpErrorCode,
  HttpFetchErrorCode,
  TrustError,
  UncertifiedRejectErrorCode,
  UncertifiedRejectUpdateErrorCode,
} from '@dfinity/agent'
import {IcicleError} from '../base/errors.js'
import {CallRejected, CertificateInvalid, NetworkAnswerInvalid, NetworkUnreachable, RequestForbidden} from './errors.js'

export interface Host {
  readonly url: string
  readonly startHint: string | undefined
}

const FORBIDDEN = 403
const REJECTS = [CertifiedRejectErrorCode, UncertifiedRejectErrorCode, UncertifiedRejectUpdateErrorCode]

/** Waits for the work; what @dfinity/agent throws becomes an IcicleError, bugs stay what they are. */
export async function toAgentFailure<T>(host: Host, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw translate(host, error)
  }
}

function translate(host: Host, error: unknown): unknown {
  if (error instanceof IcicleError || !(error instanceof AgentError)) return error
  const code = error.code
  for (const kind of REJECTS)
    if (code instanceof kind) return new CallRejected(code.rejectCode, code.rejectMessage, code.rejectErrorCode ?? undefined)
  if (code instanceof HttpFetchErrorCode) return unreachable(host, code.error)
  if (code instanceof HttpErrorCode) {
    const text = code.bodyText?.trim() || code.statusText
    if (code.status === FORBIDDEN) return new RequestForbidden(text)
    return new NetworkAnswerInvalid(`${host.url} answered with HTTP status ${code.status}: ${text}`)
  }
  if (error instanceof TrustError) return new CertificateInvalid(host.url, code.toErrorMessage())
  return new NetworkAnswerInvalid(error.message)
}

function unreachable({url, startHint}: Host, cause: unknown): NetworkUnreachable {
  const hint = startHint ?? 'Check the address and your connection.'
  return new NetworkUnreachable(url, [hint], cause)
}
