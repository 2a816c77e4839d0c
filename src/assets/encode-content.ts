/** The encodings of a file: as it is, and compressed where that helps. */

import {readFile} from 'node:fs/promises'
import {promisify} from 'node:util'
import {brotliCompress, gzip} from 'node:zlib'
import {sha256} from '../base/sha256.js'
import {isCompressible, mediaTypeOf} from './media-types.js'
import type {EncodingName} from './rules.js'
import type {ScannedAsset} from './scan.js'
import {type SecurityPolicy, withPolicy} from './security-policy.js'

export interface AssetContent {
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
}

export interface AssetProperties {
  readonly maxAge: bigint | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly allowsRawAccess: boolean | undefined
  readonly isAliased: boolean | undefined
}

export interface ProjectAsset {
  readonly key: string
  readonly mediaType: string
  readonly properties: AssetProperties
  readonly encodings: ReadonlyMap<string, AssetContent>
  readonly securityPolicy: SecurityPolicy | undefined
  readonly hidesPolicyWarning: boolean
}

/** Fast enough for every deploy and within a percent of the best; the same level always, so that hashes can be compared. */
const GZIP_LEVEL = 6

const COMPRESS: Readonly<Record<Exclude<EncodingName, 'identity'>, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  gzip: async (bytes) => promisify<Uint8Array, object, Buffer>(gzip)(bytes, {level: GZIP_LEVEL}),
  br: promisify<Uint8Array, Buffer>(brotliCompress),
}

/** Reads and encodes one file. A compressed form that is not smaller is left out, unless there would be nothing else. */
export async function encodeAsset({key, file, config}: ScannedAsset): Promise<ProjectAsset> {
  const bytes = new Uint8Array(await readFile(file))
  const mediaType = mediaTypeOf(key)
  const wanted = config.encodings ?? (isCompressible(mediaType) ? (['identity', 'gzip'] as const) : (['identity'] as const))
  const encodings = new Map<string, AssetContent>()
  for (const encoding of wanted) {
    const encoded = encoding === 'identity' ? bytes : await COMPRESS[encoding](bytes)
    if (encoding === 'identity' || encoded.length < bytes.length || !wanted.includes('identity'))
      encodings.set(encoding, {bytes: encoded, sha256: sha256(encoded)})
  }
  const {maxAge, headers, allowsRawAccess, isAliased, securityPolicy, hidesPolicyWarning} = config
  const properties = {maxAge, headers: Object.entries(withPolicy(securityPolicy, headers)), allowsRawAccess, isAliased}
  return {key, mediaType, properties, encodings, securityPolicy, hidesPolicyWarning}
}
