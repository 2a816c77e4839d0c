/** The signatures of a subnet of one node: every threshold is one, so each share is the signature itself. */

import {verify} from 'node:crypto'
import type {CommitteeKey, ConsensusCrypto} from '../consensus/crypto.js'
import {blsPublicKey, signBls, verifyBls} from '../crypto/bls.js'
import {signEd25519} from '../crypto/keys.js'
import type {GenesisKeys} from './genesis.js'

export function createSingleNodeCrypto({node, subnetSecret, randomnessSecret}: GenesisKeys): ConsensusCrypto {
  const secrets: Record<CommitteeKey, Uint8Array> = {low: randomnessSecret, high: subnetSecret}
  const publicKeys: Record<CommitteeKey, Uint8Array> = {low: blsPublicKey(randomnessSecret), high: blsPublicKey(subnetSecret)}
  const verifyCombined = (key: CommitteeKey, message: Uint8Array, signature: Uint8Array) => verifyBls(publicKeys[key], signature, message)
  return {
    sign: (message) => signEd25519(node, message),
    verify: (signer, message, signature) => signer === node.id && verify(null, message, node.privateKey, signature),
    signShare: (key, message) => signBls(secrets[key], message),
    verifyShare: (key, signer, message, signature) => signer === node.id && verifyCombined(key, message, signature),
    combineShares: (_key, shares) => shares[0]?.signature,
    verifyCombined,
  }
}
