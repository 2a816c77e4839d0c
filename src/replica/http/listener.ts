/**
 * The HTTP interface of a node as a request listener: routes, limits and CORS; bytes in, bytes out.
 *
 * Source: IC interface specification, "HTTPS interface"; status codes and texts: digest http-interface section 5.
 */

import type {IncomingMessage, ServerResponse} from 'node:http'
import {callAnswer, type HttpAnswer, plainText, statusAnswer} from './answers.js'
import {readBody} from './body.js'
import type {ReadAnswer, ReplicaPort} from './port.js'
import {delegationOf, type EndpointRoute, parseRoute} from './route.js'

/** Requests in flight per kind; reference implementation. */
const MAX_IN_FLIGHT = {call: 50, query: 400, readState: 100} as const

/** A single-node network has no other node to turn to, so queues are longer here: the reference's limits times this. */
const IN_FLIGHT_FACTOR = 20

const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, accept, content-type',
}

/** Handles every request below `/api/`; anything else is the caller's business. */
export function createReplicaListener(port: ReplicaPort): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const inFlight = {call: 0, query: 0, readState: 0}
  return async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!
    if (request.method === 'OPTIONS') {
      response.writeHead(200, CORS_HEADERS).end()
      return
    }
    const route = parseRoute(request.method ?? 'GET', path)
    if (route.kind === 'notFound') return send(response, plainText(404, 'Endpoint not found.'))
    if (route.kind === 'methodNotAllowed') {
      response.setHeader('allow', route.allowed)
      return send(response, plainText(405, `Method not allowed: use ${route.allowed}.`))
    }
    if (route.kind === 'badId') return send(response, plainText(400, route.text))
    if (route.kind === 'status') return send(response, statusAnswer(port.getStatus()))
    if (inFlight[route.kind] >= MAX_IN_FLIGHT[route.kind] * IN_FLIGHT_FACTOR)
      return send(response, plainText(429, 'The service is overloaded.'))
    inFlight[route.kind]++
    try {
      send(response, await answer(port, route, request))
    } finally {
      inFlight[route.kind]--
    }
  }
}

async function answer(port: ReplicaPort, route: EndpointRoute, request: IncomingMessage): Promise<HttpAnswer> {
  if (request.headers['content-type']?.toLowerCase() !== 'application/cbor') {
    request.resume()
    return plainText(400, 'Unexpected content-type, expected application/cbor.')
  }
  const body = await readBody(request)
  if ('kind' in body) return plainText(body.status, body.text)
  const {scope, effectiveId} = route
  const delegation = delegationOf(route)
  switch (route.kind) {
    case 'call': {
      const isSynchronous = route.version !== 2
      return callAnswer(await port.call({scope, effectiveId, delegation, isSynchronous, body}), isSynchronous)
    }
    case 'query':
      return readAnswer(await port.query({scope, effectiveId, delegation, body}))
    case 'readState':
      return readAnswer(await port.readState({scope, effectiveId, delegation, body}))
  }
}

function readAnswer(answered: ReadAnswer): HttpAnswer {
  return answered.kind === 'refused'
    ? plainText(answered.status, answered.text)
    : {status: 200, contentType: 'application/cbor', body: answered.body}
}

function send(response: ServerResponse, {status, contentType, body}: HttpAnswer): void {
  if (response.destroyed) return
  response.writeHead(status, {...CORS_HEADERS, 'content-type': contentType, 'content-length': Buffer.byteLength(body)})
  response.end(body)
  if (!response.req.complete) response.req.resume()
}
