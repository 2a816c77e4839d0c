import assert from 'node:assert/strict'
import {DelegationChain, Ed25519KeyIdentity} from '@dfinity/identity'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {encodePublicKey, selfAuthenticatingId} from '../../../../src/protocol/der.js'
import {principalToText} from '../../../../src/protocol/principal.js'
import {authenticate} from '../../../../src/replica/crypto/authenticate.js'
import {initBls} from '../../../../src/replica/crypto/bls.js'
import {verifyDelegations} from '../../../../src/replica/crypto/delegations.js'
import {anEcSigner, anEd25519Signer, aRequest, CANISTER, NOW_NS, type RequestOptions} from './request-maker.js'

const rootKey = encodePublicKey({algorithm: 'bls', key: new Uint8Array(96)})
const [alice, bob, carol] = [1, 2, 3].map(anEd25519Signer) as [
  ReturnType<typeof anEd25519Signer>,
  ReturnType<typeof anEd25519Signer>,
  ReturnType<typeof anEd25519Signer>,
]
const aliceId = principalToText(selfAuthenticatingId(alice.publicKey))
const other = fromHex('00000000000000010101')
const messageOf = (options: RequestOptions) => {
  const result = authenticate(aRequest(options), {nowNs: NOW_NS, rootKey})
  return result.ok ? 'ok' : result.message
}
const ttl = 330_000_000_000n
const expiryText = (provided: string) =>
  `Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: 2023-05-31 22:00:00 UTC, Maximum allowed expiry: 2023-05-31 22:05:30 UTC, Provided expiry:        ${provided}`
const hex = (signer: {publicKey: Uint8Array}) => toHex(signer.publicKey)

describe('authenticate', () => {
  before(initBls)

  for (const {what, options} of [
    {what: 'anonymous calls', options: {}},
    {what: 'anonymous queries of any age', options: {kind: 'query', content: {ingress_expiry: 0n}}},
    {what: 'anonymous read_states of any age', options: {kind: 'read_state', content: {ingress_expiry: 0n}}},
    {what: 'Ed25519', options: {signer: alice}},
    {what: 'P-256', options: {signer: anEcSigner('P-256')}},
    {what: 'secp256k1', options: {signer: anEcSigner('secp256k1')}},
    {what: 'the earliest expiry', options: {signer: alice, content: {ingress_expiry: NOW_NS}}},
    {what: 'the latest expiry', options: {signer: alice, content: {ingress_expiry: NOW_NS + ttl}}},
    {what: 'a chain of delegations', options: {signer: alice, chain: [{to: bob}, {to: carol, targets: [fromHex(CANISTER), other]}]}},
    {what: 'a query with queries-only delegations', options: {kind: 'query', signer: alice, chain: [{to: bob, permissions: 'queries'}]}},
    {what: 'a read_state with other targets', options: {kind: 'read_state', signer: alice, chain: [{to: bob, targets: [other]}]}},
    {what: 'the longest nonce', options: {content: {nonce: new Uint8Array(32)}}},
    {what: '127 labels', options: {kind: 'read_state', content: {paths: [Array(127).fill(fromHex('00'))]}}},
  ] as readonly {what: string; options: RequestOptions}[])
    it(`accepts ${what}`, () => assert.equal(messageOf(options), 'ok'))

  for (const {what, options, message} of [
    {what: 'an expired call', options: {content: {ingress_expiry: NOW_NS - 1n}}, message: expiryText('2023-05-31 21:59:59.999999999 UTC')},
    {
      what: 'a call from the future',
      options: {content: {ingress_expiry: NOW_NS + ttl + 1000n}},
      message: expiryText('2023-05-31 22:05:30.000001 UTC'),
    },
    {
      what: 'an expired query of a named sender',
      options: {kind: 'query', signer: alice, content: {ingress_expiry: 0n}},
      message: expiryText('1970-01-01 00:00:00 UTC'),
    },
    {
      what: 'a long nonce',
      options: {content: {nonce: new Uint8Array(33)}},
      message: 'Nonce in request is too big: got 33 bytes, but at most 32 are allowed.',
    },
    {
      what: 'many paths',
      options: {kind: 'read_state', content: {paths: Array(1001).fill([])}},
      message: 'Too many paths in read state request: got 1001 paths, but at most 1000 are allowed.',
    },
    {
      what: 'a deep path',
      options: {kind: 'read_state', content: {paths: [Array(128).fill(fromHex('00'))]}},
      message: 'At least one path in read state request is too deep: got 128 labels, but at most 127 are allowed.',
    },
    {
      what: 'the key of another',
      options: {signer: alice, wrong: {sender_pubkey: bob.publicKey}},
      message: `The user id '${aliceId}' does not match the public key '${hex(bob)}'`,
    },
    {
      what: 'the signature of another',
      options: {signer: alice, wrong: {sender_sig: bob.sign(fromHex('00'))}},
      message: `Invalid signature: Invalid basic signature: Ed25519 signature could not be verified: public key ${hex(alice)}`,
    },
    {
      what: 'a short signature',
      options: {signer: alice, wrong: {sender_sig: fromHex('00')}},
      message: 'Invalid signature: Invalid basic signature: expected 64 bytes, got 1',
    },
    {
      what: 'no signature of a named sender',
      options: {signer: alice, wrong: {sender_pubkey: undefined, sender_sig: undefined}},
      message: `Missing signature from user: ${aliceId}`,
    },
    {
      what: 'a signature of the anonymous user',
      options: {signer: alice, content: {sender: fromHex('04')}},
      message: 'Signature is not allowed for the anonymous user.',
    },
    {
      what: 'another target',
      options: {signer: alice, chain: [{to: bob, targets: [other]}]},
      message: `Canister 'bnz7o-iuaaa-aaaaa-qaaaa-cai' is not one of the delegation targets.`,
    },
    {
      what: 'the management canister unless it is a target',
      options: {signer: alice, content: {canister_id: fromHex('')}, chain: [{to: bob, targets: [other]}]},
      message: `Canister 'aaaaa-aa' is not one of the delegation targets.`,
    },
    {
      what: 'targets that have nothing in common',
      options: {
        signer: alice,
        chain: [
          {to: bob, targets: [other]},
          {to: carol, targets: [fromHex(CANISTER)]},
        ],
      },
      message: `Canister 'bnz7o-iuaaa-aaaaa-qaaaa-cai' is not one of the delegation targets.`,
    },
    {
      what: 'a call with queries-only delegations',
      options: {
        signer: alice,
        chain: [
          {to: bob, permissions: 'queries'},
          {to: carol, permissions: 'all'},
        ],
      },
      message: 'Invalid delegation: The permissions of the delegation do not allow calls.',
    },
    {
      what: 'an expired delegation',
      options: {signer: alice, chain: [{to: bob}, {to: carol, expiration: NOW_NS - 1_000_000n}]},
      message:
        'Invalid delegation expiry: Specified sender delegation has expired:\nProvided expiry:    2023-05-31 21:59:59.999 UTC\nLocal replica time: 2023-05-31 22:00:00 UTC',
    },
    {
      what: 'a cycle',
      options: {signer: alice, chain: [{to: bob}, {to: alice}]},
      message: `Invalid delegation: Chain of delegations contains at least one cycle: first repeating public key encountered ${hex(alice)}`,
    },
    {
      what: 'a long chain',
      options: {signer: alice, chain: Array.from({length: 21}, (_, i) => ({to: anEd25519Signer(100 + i)}))},
      message: 'Invalid delegation: Chain of delegations is too long: got 21 delegations, but at most 20 are allowed.',
    },
    {
      what: 'many targets',
      options: {signer: alice, chain: [{to: bob, targets: Array(1001).fill(other)}]},
      message: 'Invalid delegation: Delegation target error: got 1001 targets, but at most 1000 are allowed',
    },
    {
      what: 'a target that is no principal',
      options: {signer: alice, chain: [{to: bob, targets: [new Uint8Array(30)]}]},
      message: 'Invalid delegation: Delegation target error: A principal has at most 29 bytes, got 30.',
    },
    {
      what: 'sender info of a plain key',
      options: {signer: alice, content: {sender_info: {info: fromHex(''), signer: other, sig: fromHex('')}}},
      message: 'Invalid sender info: the signer is not the canister of the public key of the sender.',
    },
  ] as readonly {what: string; options: RequestOptions; message: string}[])
    it(`refuses ${what}`, () => assert.equal(messageOf(options), message))

  it('refuses a delegation signed by another', () => {
    const mallory = {publicKey: bob.publicKey, sign: carol.sign}
    const message = messageOf({signer: alice, chain: [{to: mallory}, {to: carol}]})
    assert.equal(message, `Invalid delegation: Invalid basic signature: Ed25519 signature could not be verified: public key ${hex(bob)}`)
  })

  it('refuses keys it does not know, and points that are on no curve', () => {
    const signed = (publicKey: Uint8Array) => messageOf({signer: {publicKey, sign: alice.sign}})
    assert.match(signed(encodeUtf8('key')), /^Invalid signature: Invalid public key: unsupported or malformed key 6b6579$/)
    const point = Uint8Array.of(4, ...new Uint8Array(64).fill(1))
    assert.match(
      signed(encodePublicKey({algorithm: 'p256', key: point})),
      /^Invalid signature: Invalid public key: not a point of the curve/,
    )
    assert.match(
      signed(encodePublicKey({algorithm: 'bls', key: new Uint8Array(96)})),
      /^Invalid signature: Invalid public key: unsupported/,
    )
  })

  it('returns the sender and the common targets', () => {
    const envelope = aRequest({
      signer: alice,
      chain: [
        {to: bob, targets: [other, fromHex(CANISTER)]},
        {to: carol, targets: [fromHex(CANISTER)]},
      ],
    })
    const result = authenticate(envelope, {nowNs: NOW_NS, rootKey})
    assert.deepEqual(result, {ok: true, sender: selfAuthenticatingId(alice.publicKey), targets: new Set([CANISTER]), permissions: 'all'})
  })

  it('accepts the delegation chains of @dfinity/identity', async () => {
    const [from, to] = [4, 5].map((seed) => Ed25519KeyIdentity.generate(new Uint8Array(32).fill(seed))) as [
      Ed25519KeyIdentity,
      Ed25519KeyIdentity,
    ]
    const targets = [AgentPrincipal.fromText('bnz7o-iuaaa-aaaaa-qaaaa-cai')]
    const chain = await DelegationChain.create(from, to.getPublicKey(), new Date(Number(NOW_NS / 1_000_000n) + 1000), {targets})
    const signed = chain.delegations.map(({delegation, signature}) => ({
      delegation: {
        pubkey: new Uint8Array(delegation.pubkey),
        expirationNs: delegation.expiration,
        targets: delegation.targets!.map((target) => target.toUint8Array()),
      },
      signature: new Uint8Array(signature),
    }))
    const verified = verifyDelegations(signed, {senderPubkey: new Uint8Array(from.getPublicKey().toDer()), nowNs: NOW_NS, rootKey})
    assert.deepEqual(verified, {
      ok: true,
      publicKey: new Uint8Array(to.getPublicKey().toDer()),
      targets: new Set([CANISTER]),
      permissions: 'all',
    })
  })

  for (const curve of ['P-256', 'secp256k1'] as const)
    it(`accepts both halves of s on ${curve}`, () => {
      const signer = anEcSigner(curve)
      const order = BigInt(
        `0x${curve === 'P-256' ? 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551' : 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'}`,
      )
      const flip = (signature: Uint8Array) => {
        const s = order - BigInt(`0x${toHex(signature.subarray(32))}`)
        return Uint8Array.of(...signature.subarray(0, 32), ...fromHex(s.toString(16).padStart(64, '0')))
      }
      assert.equal(messageOf({signer: {...signer, sign: (payload) => flip(signer.sign(payload))}}), 'ok')
    })

  it('planted bug: a signature over the request id without its separator is noticed', () => {
    const careless = {publicKey: alice.publicKey, sign: (payload: Uint8Array) => alice.sign(payload.subarray(11))}
    assert.match(messageOf({signer: careless}), /could not be verified/)
  })
})
