/**
 * Keys from seed phrases: BIP-39 words, BIP-32 path m/44'/223'/0'/0/0, secp256k1, as dfx and hardware wallets derive them.
 *
 * The libraries are loaded only when a phrase is made or read.
 */

import {createECDH, createPrivateKey} from 'node:crypto'
import {SeedPhraseInvalid} from './errors.js'

const PATH = "m/44'/223'/0'/0/0"
/** 24 words. */
const ENTROPY_BITS = 256

export async function generateSeedPhrase(): Promise<string> {
  const [{generateMnemonic}, {wordlist}] = await Promise.all([import('@scure/bip39'), import('@scure/bip39/wordlists/english')])
  return generateMnemonic(wordlist, ENTROPY_BITS)
}

/** The key as SEC1 PEM with CRLF line ends. Throws SeedPhraseInvalid, which never shows the words. */
export async function pemOfSeedPhrase(phrase: string): Promise<string> {
  const [{mnemonicToSeedSync, validateMnemonic}, {wordlist}] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english'),
  ])
  const words = phrase.trim().toLowerCase().split(/\s+/).join(' ')
  if (!validateMnemonic(words, wordlist)) throw new SeedPhraseInvalid()
  const {HDKey} = await import('@scure/bip32')
  const seed = mnemonicToSeedSync(words)
  const {privateKey} = HDKey.fromMasterSeed(seed).derive(PATH)
  seed.fill(0)
  if (!privateKey) throw new SeedPhraseInvalid()
  return toPem(privateKey)
}

function toPem(secret: Uint8Array): string {
  const ecdh = createECDH('secp256k1')
  ecdh.setPrivateKey(secret)
  const point = ecdh.getPublicKey()
  const coordinate = (at: number): string => point.subarray(at, at + 32).toString('base64url')
  const jwk = {kty: 'EC', crv: 'secp256k1', d: Buffer.from(secret).toString('base64url'), x: coordinate(1), y: coordinate(33)}
  const key = createPrivateKey({key: jwk, format: 'jwk'})
  secret.fill(0)
  return key.export({type: 'sec1', format: 'pem'}).toString().replace(/\r?\n/g, '\r\n')
}
