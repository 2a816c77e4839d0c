/** The CBOR of a certificate from parts that are CBOR already, so that a witness made on another thread is not decoded again. */

import {concatBytes, encodeUtf8, fromHex} from '../../base/bytes.js'

const textItem = (text: string): Uint8Array => concatBytes(Uint8Array.of(0x60 + text.length), encodeUtf8(text))

/** Tag 55799, map of 2 or 3, "tree" */
const BEFORE_TREE = concatBytes(fromHex('d9d9f7a2'), textItem('tree'))
const BEFORE_TREE_OF_THREE = concatBytes(fromHex('d9d9f7a3'), textItem('tree'))
/** "signature", byte string of 48 bytes */
const BEFORE_SIGNATURE = concatBytes(textItem('signature'), fromHex('5830'))

const BEFORE_DELEGATION = textItem('delegation')

/** `tree` and `delegation` are CBOR, `signature` has 48 bytes. The root subnet has no delegation. Digest certification section 3. */
export function assembleCertificate(tree: Uint8Array, signature: Uint8Array, delegation?: Uint8Array): Uint8Array {
  if (!delegation) return concatBytes(BEFORE_TREE, tree, BEFORE_SIGNATURE, signature)
  return concatBytes(BEFORE_TREE_OF_THREE, tree, BEFORE_SIGNATURE, signature, BEFORE_DELEGATION, delegation)
}
