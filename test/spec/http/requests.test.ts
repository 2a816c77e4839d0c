/** Digest http-interface sections 1 to 5: endpoints, encoding, signatures, delegations, expiry, and the answer to every wrong byte. */

import assert from 'node:assert/strict'
import {concatBytes, fromHex} from '../../../src/base/bytes.js'
import {type CborInput, tagged} from '../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../src/protocol/cbor-encode.js'
import {type CanisterId, canisterIdFromNumber, principalToBytes, principalToText} from '../../../src/protocol/principal.js'
import {
  delegate,
  envelopeOf,
  expiryIn,
  fetchSubnetId,
  type HttpAnswer,
  methodContent,
  readMap,
  readStateContent,
  requestIdOf,
  send,
  TestKey,
} from '../../support/raw-http.js'
import {managementArgument, useUniversalNetwork} from '../../support/universal-network.js'
import {program, reply} from '../universal/program.js'

const HELLO = program(reply('hello'))

describe('requests over HTTP', () => {
  const net = useUniversalNetwork()
  let canister: CanisterId
  let text: string
  before(async () => {
    canister = await net.install()
    text = principalToText(canister)
  })

  type Kind = 'call' | 'query' | 'read_state'
  const VERSIONS: Record<Kind, readonly number[]> = {call: [2, 3, 4], query: [2, 3], read_state: [2, 3]}
  const path = (kind: Kind, version: number, id = text): string => `${net.url}/api/v${version}/canister/${id}/${kind}`
  const contentOf = (kind: Kind, key?: TestKey, more: Record<string, unknown> = {}): Record<string, CborInput> => {
    const from = key ? {from: key.principal} : {}
    const fields = more as Record<string, CborInput>
    return (
      kind === 'read_state'
        ? readStateContent([['time']], key?.principal, fields)
        : methodContent(kind, canister, kind === 'call' ? 'update' : 'query', {arg: HELLO, ...from, ...fields})
    ) as Record<string, CborInput>
  }

  describe('endpoints', () => {
    it('tell status without a body', async () => {
      const answer = await send(`${net.url}/api/v2/status`, undefined, {method: 'GET', headers: {}})
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-type'], 'application/cbor')
      const status = readMap(answer)
      assert.equal((status.get('root_key') as Uint8Array).length, 133)
      assert.equal(status.get('replica_health_status'), 'healthy')
      assert.ok(Number(status.get('certified_height')) > 0)
      assert.equal(typeof status.get('impl_version'), 'string')
    })

    const cases: readonly {
      what: string
      at: () => string
      method?: string
      headers?: Record<string, string>
      body?: () => Uint8Array
      status: number
      text: string | RegExp
    }[] = [
      {what: 'an unknown version', at: () => path('call', 5), status: 404, text: 'Endpoint not found.'},
      {what: 'an unknown verb', at: () => `${net.url}/api/v2/canister/${text}/nope`, status: 404, text: 'Endpoint not found.'},
      {what: 'an asynchronous subnet call', at: () => `${net.url}/api/v2/subnet/${text}/call`, status: 404, text: 'Endpoint not found.'},
      {what: 'GET on a call', at: () => path('call', 2), method: 'GET', status: 405, text: 'Method not allowed: use POST.'},
      {what: 'PUT on a query', at: () => path('query', 3), method: 'PUT', status: 405, text: 'Method not allowed: use POST.'},
      {what: 'POST on the status', at: () => `${net.url}/api/v2/status`, status: 405, text: 'Method not allowed: use GET.'},
      {what: 'an id that is none', at: () => path('query', 2, 'nonsense'), status: 400, text: /is not a principal/},
      {what: 'an id with a wrong checksum', at: () => path('query', 2, 'aaaaa-aaaaa-aa'), status: 400, text: /is not a principal/},
      {
        what: 'no content type',
        at: () => path('call', 4),
        headers: {},
        status: 400,
        text: 'Unexpected content-type, expected application/cbor.',
      },
      {
        what: 'JSON',
        at: () => path('query', 3),
        headers: {'content-type': 'application/json'},
        status: 400,
        text: 'Unexpected content-type, expected application/cbor.',
      },
      {
        what: 'a content type with parameters',
        at: () => path('query', 3),
        headers: {'content-type': 'application/cbor; a=b'},
        status: 400,
        text: 'Unexpected content-type, expected application/cbor.',
      },
      {
        what: 'a body above 5 MiB',
        at: () => path('query', 3),
        body: () => new Uint8Array(5 * 1024 * 1024 + 1),
        status: 413,
        text: 'length limit exceeded',
      },
    ]
    for (const {what, at, method = 'POST', headers, body = () => new Uint8Array(0), status, text: expected} of cases)
      it(`answer ${status} to ${what}`, async () => {
        const answer = await send(at(), method === 'GET' ? undefined : body(), {method, ...(headers && {headers})})
        assertText(answer, status, expected)
      })

    it('take the content type in any case', async () => {
      const answer = await send(path('query', 3), envelopeOf(contentOf('query')), {headers: {'content-type': 'Application/CBOR'}})
      assert.equal(answer.status, 200)
    })

    it('may be used from any page of a browser', async () => {
      const preflight = await send(path('call', 4), undefined, {method: 'OPTIONS', headers: {origin: 'http://example.org'}})
      assert.equal(preflight.status, 200)
      for (const answer of [preflight, await send(path('query', 3), envelopeOf(contentOf('query'))), await send(path('call', 5), HELLO)])
        assert.equal(answer.headers['access-control-allow-origin'], '*')
      assert.equal(preflight.headers['access-control-allow-methods'], 'GET, POST')
      assert.equal(preflight.headers['access-control-allow-headers'], 'authorization, accept, content-type')
    })
  })

  for (const kind of ['call', 'query', 'read_state'] as const)
    for (const version of VERSIONS[kind]) {
      const prefix = kind === 'call' ? 'Could not parse body as call message' : 'Malformed request'
      const key = new TestKey()
      const post = (body: Uint8Array, id?: string): Promise<HttpAnswer> => send(path(kind, version, id), body)

      describe(`${kind}, version ${version}`, () => {
        const good: readonly {what: string; body: () => Uint8Array}[] = [
          {what: 'an anonymous request', body: () => envelopeOf(contentOf(kind))},
          {what: 'a signed request', body: () => envelopeOf(contentOf(kind, key), key)},
          {what: 'a request without tag', body: () => encodeCbor({content: contentOf(kind)})},
          {what: 'unknown keys', body: () => envelopeOf(contentOf(kind), undefined, {whatever: 1n})},
          {
            what: 'an indefinite map',
            body: () => concatBytes(fromHex('bf'), encodeCbor('content'), encodeCbor(contentOf(kind)), fromHex('ff')),
          },
          {
            what: 'an expiry as a bignum',
            body: () => envelopeOf({...contentOf(kind), ingress_expiry: tagged(2, bigEndian(expiryIn(60)))} as never),
          },
          {what: 'a nonce of 32 bytes', body: () => envelopeOf(contentOf(kind, undefined, {nonce: randomBytes(32)}))},
          {what: 'an expiry in five minutes', body: () => envelopeOf(contentOf(kind, undefined, {ingress_expiry: expiryIn(290)}))},
          {what: 'a delegation', body: () => delegated(kind, key, [{}])},
          {what: 'twenty delegations', body: () => delegated(kind, key, Array(20).fill({}))},
          {what: 'a delegation for this canister', body: () => delegated(kind, key, [{targets: [principalToBytes(canister)]}])},
        ]
        for (const {what, body} of good)
          it(`takes ${what}`, async () => {
            const answer = await post(body())
            assert.ok(answer.status === 200 || (kind === 'call' && answer.status === 202), `${answer.status} ${answer.text}`)
          })

        const bad: readonly {what: string; body: () => Uint8Array; status?: number; text: string | RegExp | (() => string)}[] = [
          {what: 'nothing', body: () => new Uint8Array(0), text: /^Failed to deserialize cbor request: /},
          {what: 'bytes that are no CBOR', body: () => fromHex('ff00'), text: /^Failed to deserialize cbor request: /},
          {what: 'a number', body: () => fromHex('01'), text: /^Failed to deserialize cbor request: /},
          {
            what: 'bytes behind the end',
            body: () => concatBytes(envelopeOf(contentOf(kind)), Uint8Array.of(0)),
            text: /^Failed to deserialize cbor request: /,
          },
          {what: 'a body cut short', body: () => envelopeOf(contentOf(kind)).slice(0, -3), text: /^Failed to deserialize cbor request: /},
          {
            what: 'no content',
            body: () => encodeCbor({sender_sig: new Uint8Array(64)}),
            text: /^Failed to deserialize cbor request: .*content/,
          },
          {
            what: 'a missing sender',
            body: () => envelopeOf(contentOf(kind, undefined, {sender: undefined})),
            text: /^Failed to deserialize cbor request: .*sender/,
          },
          {
            what: 'a missing expiry',
            body: () => envelopeOf(contentOf(kind, undefined, {ingress_expiry: undefined})),
            text: /^Failed to deserialize cbor request: .*ingress_expiry/,
          },
          {
            what: 'another request type',
            body: () => envelopeOf(contentOf(kind, undefined, {request_type: 'nope'})),
            text: /^Failed to deserialize cbor request: .*nope/,
          },
          {
            what: 'a text for a blob',
            body: () => envelopeOf(contentOf(kind, undefined, {sender: 'me'})),
            text: /^Failed to deserialize cbor request: /,
          },
          {
            what: 'a key twice',
            body: () =>
              concatBytes(
                fromHex('a2'),
                ...['content', 'content'].map((name) => concatBytes(encodeCbor(name), encodeCbor(contentOf(kind)))),
              ),
            text: /^Failed to deserialize cbor request: /,
          },
          {
            what: 'a sender of 30 bytes',
            body: () => envelopeOf(contentOf(kind, undefined, {sender: new Uint8Array(30)})),
            text: new RegExp(`^${prefix}: `),
          },
          {
            what: 'a key without a signature',
            body: () => envelopeOf(contentOf(kind, key), undefined, {sender_pubkey: key.der}),
            text: new RegExp(`^${prefix}: missing pubkey or signature: Got `),
          },
          {
            what: 'a signature without a key',
            body: () => envelopeOf(contentOf(kind, key), undefined, {sender_sig: new Uint8Array(64)}),
            text: new RegExp(`^${prefix}: missing pubkey or signature: Got `),
          },
          {
            what: 'a named sender without signature',
            body: () => envelopeOf(contentOf(kind, key)),
            text: () => `Missing signature from user: ${principalToText(key.principal)}`,
          },
          {
            what: 'an anonymous sender with signature',
            body: () => envelopeOf(contentOf(kind), key),
            text: 'Signature is not allowed for the anonymous user.',
          },
          {
            what: "another user's key",
            body: () => envelopeOf(contentOf(kind, new TestKey()), key),
            text: /^The user id '.*' does not match the public key '[0-9a-f]+'$/,
          },
          {
            what: 'a signature of something else',
            body: () => envelopeOf(contentOf(kind, key), key, {sender_sig: key.sign(HELLO)}),
            text: /^Invalid signature: Invalid basic signature: /,
          },
          {
            what: 'a nonce of 33 bytes',
            body: () => envelopeOf(contentOf(kind, undefined, {nonce: randomBytes(33)})),
            text: 'Nonce in request is too big: got 33 bytes, but at most 32 are allowed.',
          },
          {
            what: 'a request that has expired',
            body: () => envelopeOf(contentOf(kind, key, {ingress_expiry: expiryIn(-1)}), key),
            text: /^Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: .*, Maximum allowed expiry: .*, Provided expiry: {8}.*$/,
          },
          {
            what: 'a request that expires too late',
            body: () => envelopeOf(contentOf(kind, key, {ingress_expiry: expiryIn(400)}), key),
            text: /^Invalid request expiry: /,
          },
          {
            what: 'a delegation that has expired',
            body: () => delegated(kind, key, [{expiration: expiryIn(-5)}]),
            text: /^Invalid delegation expiry: Specified sender delegation has expired:\nProvided expiry: {4}.*\nLocal replica time: .*$/,
          },
          {
            what: '21 delegations',
            body: () => delegated(kind, key, Array(21).fill({})),
            text: 'Invalid delegation: Chain of delegations is too long: got 21 delegations, but at most 20 are allowed.',
          },
          {
            what: 'a delegation that somebody else signed',
            body: () => forgedDelegation(kind, key),
            text: /^Invalid delegation: Invalid basic signature: /,
          },
          {
            what: 'a delegation back to its beginning',
            body: () => circular(kind, key),
            text: /^Invalid delegation: Chain of delegations contains at least one cycle: first repeating public key encountered [0-9a-f]+$/,
          },
          {
            what: '1001 targets',
            body: () =>
              delegated(kind, key, [{targets: Array.from({length: 1001}, (_, n) => principalToBytes(canisterIdFromNumber(BigInt(n))))}]),
            text: 'Invalid delegation: Delegation target error: got 1001 targets, but at most 1000 are allowed',
          },
          {
            what: 'unknown permissions',
            body: () => delegated(kind, key, [{permissions: 'updates'}]),
            text: /^Failed to deserialize cbor request: /,
          },
        ]
        for (const {what, body, status = 400, text: expected} of bad)
          it(`refuses ${what}`, async () => assertText(await post(body()), status, typeof expected === 'function' ? expected() : expected))

        if (kind !== 'read_state') {
          it('refuses a canister that is not the one of the URL', async () => {
            const other = principalToText(canisterIdFromNumber(5n))
            const answer = await post(envelopeOf(contentOf(kind)), other)
            assertText(answer, 400, `Specified CanisterId ${text} does not match effective canister id in URL ${other}`)
          })

          it('refuses a canister that is not a target of the delegation', async () => {
            const answer = await post(delegated(kind, key, [{targets: [principalToBytes(canisterIdFromNumber(5n))]}]))
            assertText(answer, 400, `Canister '${text}' is not one of the delegation targets.`)
          })

          it('refuses what two delegations do not both allow', async () => {
            const targets = [canister, canisterIdFromNumber(5n)].map(principalToBytes)
            const answer = await post(delegated(kind, key, [{targets: [targets[0]!]}, {targets: [targets[1]!]}]))
            assertText(answer, 400, `Canister '${text}' is not one of the delegation targets.`)
          })
        }

        it('looks at the permissions of delegations', async () => {
          const answer = await post(delegated(kind, key, [{permissions: 'queries'}]))
          if (kind === 'call') assertText(answer, 400, /permissions/)
          else assert.equal(answer.status, 200)
        })
      })
    }

  it('an envelope of more than 2 MiB is too large for a call', async () => {
    const body = envelopeOf(methodContent('call', canister, 'update', {arg: new Uint8Array(2 * 1024 * 1024)}))
    const answer = await send(path('call', 4), body)
    assertText(
      answer,
      413,
      new RegExp(`^Request 0x[0-9a-f]{64} is too large. Message byte size ${body.length} is larger than the max allowed 2097152.$`),
    )
  })

  it('the management canister is a delegation target like any other', async () => {
    const key = new TestKey()
    const content = (): Record<string, CborInput> =>
      methodContent('query', '' as CanisterId, 'canister_status', {
        arg: managementArgument('canister_status', {canister_id: canister}),
        from: key.principal,
      }) as Record<string, CborInput>
    const withTargets = (targets: Uint8Array[]): Uint8Array => {
      const session = new TestKey()
      return envelopeOf(content(), session, {sender_pubkey: key.der, sender_delegation: [delegate(key, session, {targets})]})
    }
    assertText(
      await send(path('query', 3), withTargets([principalToBytes(canister)])),
      400,
      "Canister 'aaaaa-aa' is not one of the delegation targets.",
    )
    assert.equal((await send(path('query', 3), withTargets([new Uint8Array(0)]))).status, 200)
  })

  it('a call to the management canister needs the id it is about in the URL', async () => {
    const other = principalToText(canisterIdFromNumber(5n))
    const content = methodContent('call', '' as CanisterId, 'start_canister', {
      arg: managementArgument('start_canister', {canister_id: canister}),
    })
    assertText(
      await send(path('call', 4, other), envelopeOf(content)),
      400,
      `Specified CanisterId ${text} does not match effective canister id in URL ${other}`,
    )
  })

  describe('to a subnet', () => {
    const subnet = async (): Promise<string> => principalToText(await fetchSubnetId(net.url))

    it('list_canisters is a query', async () => {
      const id = await subnet()
      const content = methodContent('query', '' as CanisterId, 'list_canisters')
      const answer = await send(`${net.url}/api/v3/subnet/${id}/query`, envelopeOf(content))
      assert.equal(readMap(answer).get('status'), 'replied')
    })

    it('nothing else is', async () => {
      const id = await subnet()
      const answer = await send(`${net.url}/api/v3/subnet/${id}/query`, envelopeOf(contentOf('query')))
      assertText(answer, 400, 'Only list_canisters of the management canister can be sent to a subnet')
      const wrong = await send(`${net.url}/api/v3/subnet/${text}/query`, envelopeOf(contentOf('query')))
      assertText(wrong, 400, `Specified SubnetId ${id} does not match effective subnet id in URL ${text}`)
    })

    it('provisional creation passes, create_canister is for administrators', async () => {
      const id = await subnet()
      const at = `${net.url}/api/v4/subnet/${id}/call`
      const args = {amount: [], settings: [], specified_id: [], sender_canister_version: []}
      const provisional = methodContent('call', '' as CanisterId, 'provisional_create_canister_with_cycles', {
        arg: managementArgument('provisional_create_canister_with_cycles', args),
      })
      assert.equal(readMap(await send(at, envelopeOf(provisional))).get('status'), 'replied')
      const create = methodContent('call', '' as CanisterId, 'create_canister', {
        arg: managementArgument('create_canister', {settings: [], sender_canister_version: []}),
      })
      const refused = readMap(await send(at, envelopeOf(create)))
      assert.equal(refused.get('reject_message'), 'ic00 method create_canister can not be called via ingress messages')
    })
  })

  it('planted bug: a signature over the request id without its separator would be noticed', async () => {
    const key = new TestKey()
    const content = contentOf('query', key)
    const answer = await send(
      path('query', 3),
      envelopeOf(content, undefined, {sender_pubkey: key.der, sender_sig: key.sign(requestIdOf(content))}),
    )
    assertText(answer, 400, /^Invalid signature: /)
  })

  /** Signed by the last key of a chain that begins with `key`. */
  function delegated(kind: Kind, key: TestKey, delegations: readonly Parameters<typeof delegate>[2][]): Uint8Array {
    const keys = [key, ...delegations.map(() => new TestKey())]
    const chain = delegations.map((fields, index) => delegate(keys[index]!, keys[index + 1]!, fields))
    return envelopeOf(contentOf(kind, key), keys.at(-1)!, {sender_pubkey: key.der, sender_delegation: chain})
  }

  function forgedDelegation(kind: Kind, key: TestKey): Uint8Array {
    const session = new TestKey()
    return envelopeOf(contentOf(kind, key), session, {sender_pubkey: key.der, sender_delegation: [delegate(new TestKey(), session)]})
  }

  function circular(kind: Kind, key: TestKey): Uint8Array {
    const session = new TestKey()
    const chain = [delegate(key, session), delegate(session, key)]
    return envelopeOf(contentOf(kind, key), key, {sender_pubkey: key.der, sender_delegation: chain})
  }
})

function assertText(answer: HttpAnswer, status: number, text: string | RegExp): void {
  assert.equal(answer.status, status, answer.text.slice(0, 500))
  assert.equal(answer.headers['content-type'], 'text/plain')
  if (typeof text === 'string') assert.equal(answer.text, text)
  else assert.match(answer.text, text)
}

const randomBytes = (length: number): Uint8Array => Uint8Array.from({length}, () => Math.floor(Math.random() * 256))

function bigEndian(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(16, '0'))
}
