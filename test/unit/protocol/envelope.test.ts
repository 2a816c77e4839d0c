import assert from 'node:assert/strict'
import fc from 'fast-check'
import {encodeUtf8, fromHex, toHex} from '../../../src/base/bytes.js'
import {type CborInput, tagged} from '../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../src/protocol/cbor-encode.js'
import {contentFields, parseEnvelope, type RequestKind} from '../../../src/protocol/envelope.js'

const EXPIRY = 1685570400000000000n
const CALL = {
  request_type: 'call',
  nonce: fromHex('000102030405060708090a0b0c0d0e0f'),
  ingress_expiry: EXPIRY,
  sender: fromHex('04'),
  canister_id: fromHex('80000000001000000101'),
  method_name: 'greet',
  arg: fromHex('4449444c0000'),
}
const READ_STATE = {request_type: 'read_state', ingress_expiry: EXPIRY, sender: fromHex('04'), paths: [[encodeUtf8('time')], []]}
const KEY = fromHex('0102')

const envelope = (content: CborInput, more: Record<string, CborInput> = {}) => encodeCbor(tagged(55799, {content, ...more}))
const messageOf = (bytes: Uint8Array, kind: RequestKind = 'call') => {
  const parsed = parseEnvelope(bytes, kind)
  return parsed.ok ? 'accepted' : parsed.message
}

describe('parseEnvelope', () => {
  it('reads a call and computes its request id', () => {
    const parsed = parseEnvelope(envelope(CALL), 'call')
    assert.ok(parsed.ok)
    const {content, requestId} = parsed.envelope
    assert.deepEqual(content, {
      kind: 'call',
      sender: '04',
      ingressExpiryNs: EXPIRY,
      nonce: CALL.nonce,
      canisterId: '80000000001000000101',
      methodName: 'greet',
      arg: CALL.arg,
    })
    assert.equal(requestId, 'c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c')
  })

  it('reads a read_state', () => {
    const parsed = parseEnvelope(encodeCbor({content: READ_STATE}), 'read_state')
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.envelope.content.paths, READ_STATE.paths)
  })

  it('ignores unknown keys, also for the request id', () =>
    assert.deepEqual(
      [parseEnvelope(envelope({...CALL, color: 'red'}, {more: 1}), 'call')].map((parsed) => parsed.ok && parsed.envelope.requestId),
      ['c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c'],
    ))

  it('reads keys, signatures and delegations', () => {
    const delegation = {pubkey: KEY, expiration: EXPIRY, targets: [fromHex('01')], permissions: 'queries'}
    const more = {sender_pubkey: KEY, sender_sig: KEY, sender_delegation: [{delegation, signature: fromHex('03')}]}
    const parsed = parseEnvelope(envelope(CALL, more), 'call')
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.envelope.delegations, [
      {delegation: {pubkey: KEY, expirationNs: EXPIRY, targets: [fromHex('01')], permissions: 'queries'}, signature: fromHex('03')},
    ])
  })

  it('gives back the fields it was made from', () => {
    const content = {...CALL, sender_info: {info: KEY, signer: KEY, sig: KEY}}
    const parsed = parseEnvelope(envelope(content), 'call')
    assert.ok(parsed.ok)
    assert.deepEqual(contentFields(parsed.envelope.content), content)
  })

  const cbor = 'Failed to deserialize cbor request: '
  const call = 'Could not parse body as call message: '
  for (const {what, bytes, kind, message} of [
    {what: 'no CBOR', bytes: fromHex('a1'), message: `${cbor}unexpected end of input at offset 1`},
    {what: 'no map', bytes: fromHex('01'), message: `${cbor}invalid type of \`envelope\`, expected a map`},
    {what: 'no content', bytes: fromHex('a0'), message: `${cbor}missing field \`content\``},
    {
      what: 'another type',
      bytes: envelope({...CALL, request_type: 'query'}),
      message: `${cbor}unknown variant \`query\`, expected \`call\``,
    },
    {what: 'a missing field', bytes: envelope({...CALL, arg: undefined}), message: `${cbor}missing field \`arg\``},
    {what: 'text for bytes', bytes: envelope({...CALL, arg: ''}), message: `${cbor}invalid type of \`arg\`, expected a byte string`},
    {
      what: 'a negative time',
      bytes: envelope({...CALL, ingress_expiry: -1}),
      message: `${cbor}invalid type of \`ingress_expiry\`, expected u64`,
    },
    {
      what: 'a time beyond 64 bits',
      bytes: envelope({...CALL, ingress_expiry: 2n ** 64n}),
      message: `${cbor}invalid type of \`ingress_expiry\`, expected u64`,
    },
    {
      what: 'a long principal',
      bytes: envelope({...CALL, canister_id: new Uint8Array(30)}),
      message: `${call}invalid principal id: Converting canister_id ${'00'.repeat(30)} failed with A principal has at most 29 bytes, got 30.`,
    },
    {
      what: 'a key alone',
      bytes: envelope(CALL, {sender_pubkey: KEY}),
      message: `${call}missing pubkey or signature: Got (Some(Blob{2 bytes;0102}), None, None)`,
    },
    {
      what: 'delegations alone, in a query',
      bytes: envelope({...CALL, request_type: 'query'}, {sender_delegation: []}),
      kind: 'query' as const,
      message: 'Malformed request: missing pubkey or signature: Got (None, None, Some(0 delegations))',
    },
    {
      what: 'unknown permissions',
      bytes: envelope(CALL, {
        sender_pubkey: KEY,
        sender_sig: KEY,
        sender_delegation: [{delegation: {pubkey: KEY, expiration: 1, permissions: 'some'}, signature: KEY}],
      }),
      message: `${cbor}unknown variant \`some\`, expected \`queries\` or \`all\``,
    },
  ])
    it(`refuses ${what}`, () => assert.equal(messageOf(bytes, kind), message))

  it('answers every damaged envelope with a text', () => {
    const good = envelope(CALL, {sender_pubkey: KEY, sender_sig: KEY})
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const bad = good.slice()
        bad[at] = byte
        assert.equal(typeof messageOf(bad), 'string')
      }),
      {numRuns: 2000},
    )
  })

  it('planted bug: an id computed over the envelope instead of its content does not pass', () => {
    const signed = parseEnvelope(envelope(CALL, {sender_pubkey: KEY, sender_sig: KEY}), 'call')
    const bare = parseEnvelope(envelope(CALL), 'call')
    assert.ok(signed.ok && bare.ok)
    assert.equal(toHex(signed.envelope.requestIdBytes), bare.envelope.requestId)
    assert.notEqual(toHex(signed.envelope.bytes), toHex(bare.envelope.bytes))
  })
})
