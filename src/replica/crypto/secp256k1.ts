/**
 * Keys derived from a master key on secp256k1, for ECDSA and BIP340 alike.
 *
 * A child of `(K, c)` by a path element i: `IL ‖ IR = HMAC-SHA512(c, SEC1(K) ‖ i)`, `K' = K + IL·G`, `c' = IR`; while IL is no scalar
 * or K' is infinity, again with `01 ‖ IR ‖ i`. BIP32's public derivation when i has 4 bytes. Source: IC interface specification,
 * "IC method ecdsa_public_key"; SLIP-10.
 */

import {createHmac} from 'node:crypto'
import {secp256k1} from '@noble/curves/secp256k1'
import {concatBytes, fromHex, toHex} from '../../base/bytes.js'

/** Number of points of the curve. */
export const SECP256K1_ORDER = secp256k1.Point.Fn.ORDER

export interface DerivedPublicKey {
  /** SEC1 compressed, 33 bytes (Ed25519: 32). */
  readonly publicKey: Uint8Array
  /** 32 bytes. */
  readonly chainCode: Uint8Array
}

/** The descendant of a master public key; path elements are bytes of any length. Throws for bytes that are no point. */
export function deriveSecp256k1PublicKey(master: Uint8Array, path: readonly Uint8Array[]): DerivedPublicKey {
  const {point, chainCode} = derive(secp256k1.Point.fromHex(toHex(master)), path)
  return {publicKey: point.toBytes(true), chainCode}
}

/** The secret of the descendant of a master secret (32 bytes, big endian). */
export function deriveSecp256k1Secret(masterSecret: Uint8Array, path: readonly Uint8Array[]): Uint8Array {
  const secret = toScalar(masterSecret)
  const {offset} = derive(secp256k1.Point.BASE.multiply(secret), path)
  return fromScalar((secret + offset) % SECP256K1_ORDER)
}

/** SEC1 compressed. */
export function secp256k1PublicKey(secret: Uint8Array): Uint8Array {
  return secp256k1.getPublicKey(secret, true)
}

type Point = typeof secp256k1.Point.BASE

function derive(master: Point, path: readonly Uint8Array[]) {
  let point = master
  let chainCode: Uint8Array = new Uint8Array(32)
  let offset = 0n
  for (const element of path) {
    const child = deriveChild(point, chainCode, element)
    point = child.point
    chainCode = child.chainCode
    offset = (offset + child.offset) % SECP256K1_ORDER
  }
  return {point, chainCode, offset}
}

function deriveChild(parent: Point, chainCode: Uint8Array, element: Uint8Array) {
  let input = concatBytes(parent.toBytes(true), element)
  for (;;) {
    const output = new Uint8Array(createHmac('sha512', chainCode).update(input).digest())
    const offset = toScalar(output.subarray(0, 32))
    const right = output.subarray(32)
    const point = offset < SECP256K1_ORDER ? addMultipleOfBase(parent, offset) : undefined
    if (point && !point.is0()) return {point, chainCode: right, offset}
    input = concatBytes(Uint8Array.of(1), right, element)
  }
}

function addMultipleOfBase(point: Point, factor: bigint): Point {
  return factor === 0n ? point : point.add(secp256k1.Point.BASE.multiply(factor))
}

export function toScalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

export function fromScalar(scalar: bigint): Uint8Array {
  return fromHex(scalar.toString(16).padStart(64, '0'))
}
