/** Writes an answer to the client, at the client's pace. */

import {once} from 'node:events'
import type {ServerResponse} from 'node:http'
import {findHeader} from './headers.js'
import type {HeaderField} from './http-interface.js'
import {BodyBroken, type PlannedAnswer} from './plan-answer.js'

const NO_BODY_STATUSES = new Set([204, 304])

/** `headers` are complete but for the length. A body that breaks off cuts the connection: half a page must not look whole. */
export async function writeAnswer(
  response: ServerResponse,
  {status, headers: canisterHeaders, body, rest, totalBytes}: PlannedAnswer,
  headers: readonly HeaderField[],
): Promise<void> {
  if (response.destroyed) return
  const isHead = response.req.method === 'HEAD'
  const length = isHead && body.length === 0 ? declaredLength(canisterHeaders) : totalBytes
  const hasBody = !NO_BODY_STATUSES.has(status)
  const lengthHeader = hasBody && length !== undefined ? ['content-length', String(length)] : []
  response.writeHead(status, [...headers.flat(), ...lengthHeader])
  if (isHead || !hasBody) {
    response.end()
    return
  }
  if (!rest) {
    response.end(body)
    return
  }
  try {
    await write(response, body)
    for await (const part of rest) {
      if (response.destroyed) return
      await write(response, part)
    }
    response.end()
  } catch (error) {
    response.destroy()
    if (!(error instanceof BodyBroken)) throw error
  }
}

/** A canister that answers HEAD without a body may say how long it would be. */
function declaredLength(headers: readonly HeaderField[]): number | undefined {
  const text = findHeader(headers, 'content-length')
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

async function write(response: ServerResponse, part: Uint8Array): Promise<void> {
  if (part.length === 0 || response.write(part) || response.destroyed) return
  const waiting = new AbortController()
  const {signal} = waiting
  await Promise.race([once(response, 'drain', {signal}), once(response, 'close', {signal})]).finally(() => waiting.abort())
}
