/** What malformed protocol input is told. */

import {IcicleError} from '../base/errors.js'

export type CborErrorCode = 'CBOR_TRUNCATED' | 'CBOR_TRAILING' | 'CBOR_DEPTH' | 'CBOR_DUPLICATE_KEY' | 'CBOR_UNSUPPORTED' | 'CBOR_UTF8'

export class CborError extends IcicleError {
  constructor(
    readonly code: CborErrorCode,
    what: string,
    /** Byte of the input where the mistake was found. */
    readonly offset: number,
  ) {
    super(`${what} at offset ${offset}`)
  }
}

/** Bytes that are CBOR, but not a hash tree. */
export class HashTreeError extends IcicleError {
  readonly code = 'HASH_TREE_INVALID'
}

/** Bytes that are CBOR, but not a certificate. */
export class CertificateError extends IcicleError {
  readonly code = 'CERTIFICATE_INVALID'
}
