/**
 * A PEM file protected by a passphrase, as dfx writes it: AES-256-GCM over the whole text (ciphertext ‖ 16-byte tag), the key from
 * Argon2id v1.3 with m = 64,000 KiB, t = 3, p = 1.
 *
 * `pw_salt` in identity.json is 64 hexadecimal digits, of which the password-hash library takes the *text* as unpadded base64: the salt
 * is the 48 bytes so decoded. Source: digest of the dfx 0.32.0 sources.
 */
import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto'
import {argon2id} from '@noble/hashes/argon2'
import {concatBytes, decodeUtf8, encodeUtf8, toHex} from '../base/bytes.js'
import {PassphraseWrong} from './errors.js'

export interface EncryptionParameters {
  /** 64 hexadecimal digits. */
  readonly pwSalt: string
  /** 12 bytes. */
  readonly fileNonce: Uint8Array
}

export interface EncryptedPem extends EncryptionParameters {
  readonly content: Uint8Array
}

const ARGON2 = {m: 64_000, t: 3, p: 1, dkLen: 32, version: 0x13}
const ALGORITHM = 'aes-256-gcm'
const SALT_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Takes about two seconds, nearly all of it for the key: that is what protects the passphrase. */
export function encryptPem(pem: string, passphrase: string): EncryptedPem {
  const pwSalt = toHex(randomBytes(SALT_BYTES))
  const fileNonce = new Uint8Array(randomBytes(NONCE_BYTES))
  const cipher = createCipheriv(ALGORITHM, deriveKey(passphrase, pwSalt), fileNonce)
  const content = concatBytes(cipher.update(pem, 'utf8'), cipher.final(), cipher.getAuthTag())
  return {pwSalt, fileNonce, content}
}

/** Throws PassphraseWrong when the tag does not fit: a wrong passphrase or a damaged file. */
export function decryptPem({pwSalt, fileNonce, content}: EncryptedPem, passphrase: string): string {
  try {
    const decipher = createDecipheriv(ALGORITHM, deriveKey(passphrase, pwSalt), fileNonce)
    decipher.setAuthTag(content.subarray(-TAG_BYTES))
    const pem = concatBytes(decipher.update(content.subarray(0, -TAG_BYTES)), decipher.final())
    return decodeUtf8(pem) ?? ''
  } catch (error) {
    throw new PassphraseWrong(error)
  }
}

function deriveKey(passphrase: string, pwSalt: string): Uint8Array {
  return argon2id(encodeUtf8(passphrase), Buffer.from(pwSalt, 'base64'), ARGON2)
}
