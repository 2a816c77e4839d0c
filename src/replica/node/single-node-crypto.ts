/** The signatures of a subnet of one node: every threshold is one, so each share is the signature itself. */

import {verify} from 'node:crypto'
import {toHex} from '../../base/bytes.js'
import type {CommitteeKey, ConsensusCrypto} from '../consensus/crypto.js'
import {blsPublicKey, signBls, verifyBls} from '../crypto/bls.js'
import {signEd25519} from '../crypto/keys.js'
import type {GenesisKeys} from './genesis.js'

const MAX_REMEMBERED = 64

export function createSingleNodeCrypto({node, subnetSecret, randomnessSecret}: GenesisKeys): ConsensusCrypto {
  const secrets: Record<CommitteeKey, Uint8Array> = {low: randomnessSecret, high: subnetSecret}
  const publicKeys: Record<CommitteeKey, Uint8Array> = {low: blsPublicKey(randomnessSecret), high: blsPublicKey(subnetSecret)}
  /** Signatures just made, by their hexadecimal: a check of one's own signature need not pair points (3 ms). */
  const own = new Map<string, string>()
  const signShare = (key: CommitteeKey, message: Uint8Array): Uint8Array => {
    const signature = signBls(secrets[key], message)
    own.set(toHex(signature), key + toHex(message))
    if (own.size > MAX_REMEMBERED) own.delete(own.keys().next().value!)
    return signature
  }
  const verifyCombined = (key: CommitteeKey, message: Uint8Array, signature: Uint8Array): boolean =>
    own.get(toHex(signature)) === key + toHex(message) || verifyBls(publicKeys[key], signature, message)
  return {
    sign: (message) => signEd25519(node, message),
    verify: (signer, message, signature) => signer === node.id && verify(null, message, node.privateKey, signature),
    signShare,
    verifyShare: (key, signer, message, signature) => signer === node.id && verifyCombined(key, message, signature),
    combineShares: (_key, shares) => shares[0]?.signature,
    verifyCombined,
  }
}
