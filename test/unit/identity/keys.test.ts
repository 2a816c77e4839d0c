import assert from 'node:assert/strict'
import {createPublicKey, generateKeyPairSync, verify} from 'node:crypto'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {Principal} from '@dfinity/principal'
import {secp256k1} from '@noble/curves/secp256k1'
import fc from 'fast-check'
import {encodeUtf8, fromHex, toHex} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'
import {toAgentIdentity} from '../../../src/identity/agent-identity.js'
import {generatePem, parsePem, principalOfKey} from '../../../src/identity/keys.js'
import {ANONYMOUS_IDENTITY} from '../../../src/identity/load.js'
import {principalToText} from '../../../src/protocol/principal.js'

const MESSAGE = encodeUtf8('a message')
const HALF_ORDER = secp256k1.CURVE.n / 2n

/** A secp256k1 key in SEC1, its public key in DER beside it. */
const SEC1 = `-----BEGIN EC PARAMETERS-----
BgUrgQQACg==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHQCAQEEIAgy7nZEcVHkQ4Z1Kdqby8SwyAiyKDQmtbEHTIM+WNeBoAcGBSuBBAAK
oUQDQgAEgO87rJ1ozzdMvJyZQ+GABDqUxGLvgnAnTlcInV3NuhuPv4O3VGzMGzeB
N3d26cRxD99TPtm8uo2OuzKhSiq6EQ==
-----END EC PRIVATE KEY-----
`
const SEC1_DER =
  '3056301006072a8648ce3d020106052b8104000a0342000480ef3bac9d68cf374cbc9c9943e180043a94c462ef8270274e57089d5dcdba1b8fbf83b7546ccc1b3781377776e9c4710fdf533ed9bcba8d8ebb32a14a2aba11'

function pkcs8(type: 'ed25519' | 'secp256k1' | 'prime256v1'): string {
  const {privateKey} = type === 'ed25519' ? generateKeyPairSync(type) : generateKeyPairSync('ec', {namedCurve: type})
  return privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
}

describe('keys', () => {
  it('reads SEC1 with curve parameters before it', () => {
    const key = parsePem(SEC1)
    assert.equal(key.algorithm, 'secp256k1')
    assert.equal(toHex(key.publicKeyDer), SEC1_DER)
  })

  it('reads what it generates: SEC1 with CRLF', () => {
    const pem = generatePem()
    assert.match(pem, /^-----BEGIN EC PRIVATE KEY-----\r\n/)
    assert.equal(parsePem(pem).algorithm, 'secp256k1')
    assert.notEqual(generatePem(), pem)
  })

  for (const [type, algorithm] of [
    ['ed25519', 'ed25519'],
    ['secp256k1', 'secp256k1'],
    ['prime256v1', 'p256'],
  ] as const)
    it(`signs with ${type} in PKCS#8, so that its public key verifies`, () => {
      const key = parsePem(pkcs8(type))
      assert.equal(key.algorithm, algorithm)
      const publicKey = createPublicKey({key: Buffer.from(key.publicKeyDer), format: 'der', type: 'spki'})
      const signature = key.sign(MESSAGE)
      assert.equal(signature.length, 64)
      const hash = type === 'ed25519' ? null : 'sha256'
      assert.ok(verify(hash, MESSAGE, {key: publicKey, dsaEncoding: 'ieee-p1363'}, signature))
      assert.equal(verify(hash, encodeUtf8('another'), {key: publicKey, dsaEncoding: 'ieee-p1363'}, signature), false)
    })

  it('reads Ed25519 with its public key attached, as older dfx wrote it', () => {
    const seed = new Uint8Array(32).fill(7)
    const reference = Ed25519KeyIdentity.generate(seed)
    const rawPublicKey = toHex(new Uint8Array(reference.getPublicKey().toRaw()))
    const der = fromHex(`3053020101300506032b657004220420${toHex(seed)}a123032100${rawPublicKey}`)
    const key = parsePem(`-----BEGIN PRIVATE KEY-----\n${Buffer.from(der).toString('base64')}\n-----END PRIVATE KEY-----\n`)
    assert.equal(principalToText(principalOfKey(key.publicKeyDer)), reference.getPrincipal().toText())
  })

  it('derives the principal that the agent library derives', () =>
    assert.equal(principalToText(principalOfKey(fromHex(SEC1_DER))), Principal.selfAuthenticating(fromHex(SEC1_DER)).toText()))

  it('makes low-s signatures that a strict verifier takes', () => {
    const key = parsePem(SEC1)
    const point = fromHex(SEC1_DER).subarray(-65)
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 40}), (message) => {
        const signature = key.sign(message)
        assert.ok(secp256k1.verify(signature, sha256(message), point, {lowS: true}))
        assert.ok(BigInt(`0x${toHex(signature.subarray(32))}`) <= HALF_ORDER)
      }),
      {numRuns: 30},
    )
  })

  for (const {what, pem} of [
    {what: 'nothing', pem: ''},
    {what: 'a certificate', pem: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'},
    {what: 'broken base64', pem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'},
    {what: 'an encrypted key', pem: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----'},
    {
      what: 'another curve',
      pem: generateKeyPairSync('ec', {namedCurve: 'secp384r1'}).privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
    },
    {what: 'RSA', pem: generateKeyPairSync('rsa', {modulusLength: 1024}).privateKey.export({type: 'pkcs8', format: 'pem'}).toString()},
  ])
    it(`refuses ${what}`, () => assert.throws(() => parsePem(pem), {code: 'PEM_INVALID'}))

  it('would catch a signature whose s was left high', () => {
    const {r, s} = secp256k1.Signature.fromCompact(parsePem(SEC1).sign(MESSAGE))
    const planted = new secp256k1.Signature(r, secp256k1.CURVE.n - s).toCompactRawBytes()
    const point = fromHex(SEC1_DER).subarray(-65)
    assert.ok(secp256k1.verify(planted, sha256(MESSAGE), point, {lowS: false}))
    assert.equal(secp256k1.verify(planted, sha256(MESSAGE), point, {lowS: true}), false)
  })
})

describe('toAgentIdentity', () => {
  it('is an identity of the agent library that signs with the key', async () => {
    const key = parsePem(SEC1)
    const principal = principalOfKey(key.publicKeyDer)
    const identity = await toAgentIdentity({name: 'a', principal, key, isPlaintext: true})
    assert.equal(identity.getPrincipal().toText(), principalToText(principal))
    const request = {request: {}, endpoint: 'query', body: {request_type: 'query', ingress_expiry: 1n}}
    const signed = (await identity.transformRequest(request as never)) as {body: {sender_sig: Uint8Array; sender_pubkey: Uint8Array}}
    assert.equal(toHex(new Uint8Array(signed.body.sender_pubkey)), SEC1_DER)
    assert.equal(signed.body.sender_sig.length, 64)
  })

  it('is anonymous for anonymous', async () =>
    assert.equal((await toAgentIdentity(ANONYMOUS_IDENTITY)).getPrincipal().toText(), '2vxsx-fae'))
})
