/** Signatures as the replica makes and checks them, against node:crypto with a key object at hand and against JavaScript. */

import {createPublicKey, generateKeyPairSync, sign, verify} from 'node:crypto'
import {bls12_381} from '@noble/curves/bls12-381'
import {blsPublicKey, initBls, signBls, verifyBls} from '../../src/replica/crypto/bls.js'
import type {Bench} from './row.js'

/** Least time of `runs` runs, milliseconds. */
function leastMs(runs: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const started = process.hrtime.bigint()
    work()
    least = Math.min(least, Number(process.hrtime.bigint() - started) / 1e6)
  }
  return least
}

export const cryptoBench: Bench = {
  name: 'crypto',
  async measure() {
    await initBls()
    const secret = new Uint8Array(32).fill(7)
    const message = new Uint8Array(46).fill(1)
    const publicKey = blsPublicKey(secret)
    const signature = signBls(secret, message)
    const nobleSign = leastMs(15, () => bls12_381.shortSignatures.sign(bls12_381.shortSignatures.hash(message), secret))
    const {publicKey: key, privateKey} = generateKeyPairSync('ed25519')
    const der = key.export({format: 'der', type: 'spki'})
    const signed = sign(null, message, privateKey)
    const keyObject = createPublicKey({key: der, format: 'der', type: 'spki'})
    const native = leastMs(200, () => verify(null, message, keyObject, signed))
    return [
      {
        metric: 'BLS12-381 sign',
        value: leastMs(30, () => signBls(secret, message)),
        unit: 'ms',
        floor: {what: 'JavaScript alone', value: nobleSign},
      },
      {metric: 'BLS12-381 verify', value: leastMs(30, () => verifyBls(publicKey, signature, message)), unit: 'ms'},
      {metric: 'Ed25519 verify with cached key', value: native, unit: 'ms'},
    ]
  },
}
