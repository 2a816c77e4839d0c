/** Private keys as PEM, and what they sign: secp256k1, Ed25519 and P-256 with node:crypto. */
import {createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import {concatBytes, fromHex, toHex} from '../base/bytes.js'
import {type Principal, principalFromBytes} from '../protocol/principal.js'
import {PemInvalid} from './errors.js'

export type KeyAlgorithm = 'secp256k1' | 'p256' | 'ed25519'

export interface SigningKey {
  readonly algorithm: KeyAlgorithm
  /** DER SubjectPublicKeyInfo, points uncompressed, as the Internet Computer takes it. */
  readonly publicKeyDer: Uint8Array
  /** ECDSA: `r ‖ s` over SHA-256, 64 bytes, with the low s of the two. Ed25519: 64 bytes over the message itself. */
  sign(message: Uint8Array): Uint8Array
}

/** DER up to the key bits. RFC 5480 and RFC 8410. */
const DER_PREFIX: Readonly<Record<KeyAlgorithm, string>> = {
  secp256k1: '3056301006072a8648ce3d020106052b8104000a034200',
  p256: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  ed25519: '302a300506032b6570032100',
}
const PKCS8_ED25519 = '302e020100300506032b657004220420'
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** Reads a private key. Throws PemInvalid for anything that is not one of the three kinds. */
export function parsePem(pem: string): SigningKey {
  const key = readPrivateKey(pem)
  const algorithm = algorithmOf(key)
  return {algorithm, publicKeyDer: exportPublicKey(key, algorithm), sign: (message) => signWith(key, algorithm, message)}
}

/** A new secp256k1 key as dfx writes it: SEC1 with CRLF line ends. */
export function generatePem(): string {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'secp256k1'})
  return privateKey.export({type: 'sec1', format: 'pem'}).toString().replace(/\r?\n/g, '\r\n')
}

/** The self-authenticating principal `SHA-224(public key) ‖ 02`. IC interface specification, "Special forms of principals". */
export function principalOfKey(publicKeyDer: Uint8Array): Principal {
  return principalFromBytes(concatBytes(createHash('sha224').update(publicKeyDer).digest(), Uint8Array.of(2)))
}

function readPrivateKey(pem: string): KeyObject {
  const block = /-----BEGIN ((?:EC )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(pem)?.[0]
  if (!block) throw new PemInvalid('there is no unencrypted private key in it.')
  try {
    return findLongEd25519(block) ?? createPrivateKey(block)
  } catch (error) {
    throw new PemInvalid('the private key cannot be read.', error)
  }
}

/** Ed25519 keys with the public key attached (RFC 5958 version 2, written by older dfx) are refused by OpenSSL: only the seed is taken. */
function findLongEd25519(block: string): KeyObject | undefined {
  const der = Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64').toString('hex')
  const seed = /^30..020101300506032b657004220420([\da-f]{64})/.exec(der)?.[1]
  return seed === undefined ? undefined : createPrivateKey({key: Buffer.from(PKCS8_ED25519 + seed, 'hex'), format: 'der', type: 'pkcs8'})
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519'
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === 'secp256k1') return 'secp256k1'
  if (curve === 'prime256v1') return 'p256'
  throw new PemInvalid(`keys of the kind '${curve ?? key.asymmetricKeyType}' are not supported.`)
}

function exportPublicKey(key: KeyObject, algorithm: KeyAlgorithm): Uint8Array {
  const {x = '', y = ''} = key.export({format: 'jwk'})
  const point = algorithm === 'ed25519' ? [] : [Uint8Array.of(4)]
  return concatBytes(fromHex(DER_PREFIX[algorithm]), ...point, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'))
}

function signWith(key: KeyObject, algorithm: KeyAlgorithm, message: Uint8Array): Uint8Array {
  if (algorithm === 'ed25519') return new Uint8Array(sign(null, message, key))
  const signature = new Uint8Array(sign('sha256', message, {key, dsaEncoding: 'ieee-p1363'}))
  return algorithm === 'secp256k1' ? withLowS(signature) : signature
}

/** Both s and n − s verify; strict verifiers take the lower one only. */
function withLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${toHex(signature.subarray(32))}`)
  if (s <= SECP256K1_ORDER / 2n) return signature
  return concatBytes(signature.subarray(0, 32), fromHex((SECP256K1_ORDER - s).toString(16).padStart(64, '0')))
}
