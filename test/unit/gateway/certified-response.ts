/** Certified HTTP responses, made from scratch: what an honest canister behind an honest subnet would answer. */

import {concatBytes, EMPTY_BYTES, encodeUtf8} from '../../../src/base/bytes.js'
import {encodeLeb128} from '../../../src/base/leb128.js'
import {sha256} from '../../../src/base/sha256.js'
import {SELF_DESCRIBE_TAG, tagged} from '../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../src/protocol/cbor-encode.js'
import {certificateMessage, encodeCertificate} from '../../../src/protocol/certificate.js'
import {encodePublicKey} from '../../../src/protocol/der.js'
import {type LabeledTree, pairFromTheLeft, rootHash} from '../../../src/protocol/hash-tree.js'
import {type CanisterId, principalToBytes} from '../../../src/protocol/principal.js'
import {hashOfMap} from '../../../src/protocol/request-id.js'
import {blsPublicKey, initBls, signBls} from '../../../src/replica/crypto/bls.js'

const SECRET = new Uint8Array(32).fill(7)

/** DER public key of the subnet that signs here. */
export async function testRootKey(): Promise<Uint8Array> {
  await initBls()
  return encodePublicKey({algorithm: 'bls', key: blsPublicKey(SECRET)})
}

export interface TestResponse {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}

export interface Certification {
  readonly canisterId: CanisterId
  readonly timeNs: bigint
  /** Labels after `http_expr`, e.g. `['index.html', '<$>']`. */
  readonly path: readonly string[]
  /** Header names that are certified. */
  readonly certifiedHeaders: readonly string[]
}

export function expressionOf(headers: readonly string[]): string {
  const list = headers.map((name) => `"${name}"`).join(',')
  return `default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:[${list}]}}}})`
}

export const NO_CERTIFICATION = 'default_certification(ValidationArgs{no_certification:Empty{}})'

/** The response with `IC-Certificate` and `IC-CertificateExpression`, version 2. */
export function certifyV2(response: TestResponse, certification: Certification): TestResponse {
  const expression = expressionOf(certification.certifiedHeaders)
  const hash = responseHash(response, expression, certification.certifiedHeaders)
  return withCertificate(response, certification, expression, [[EMPTY_BYTES, [[hash, EMPTY_BYTES]]]])
}

/** A response that its canister chose not to certify. */
export function withoutCertification(response: TestResponse, certification: Omit<Certification, 'certifiedHeaders'>): TestResponse {
  return withCertificate(response, {...certification, certifiedHeaders: []}, NO_CERTIFICATION, EMPTY_BYTES)
}

/** Version 1: the hash of the body under `http_assets`. */
export function certifyV1(
  response: TestResponse,
  urlPath: string,
  {canisterId, timeNs}: Pick<Certification, 'canisterId' | 'timeNs'>,
): TestResponse {
  const tree = pairFromTheLeft([[encodeUtf8('http_assets'), [[encodeUtf8(urlPath), sha256(response.body)]]]])
  const certificate = signedCertificate(canisterId, rootHash(tree), timeNs)
  const header = `certificate=:${base64(certificate)}:, tree=:${base64(encodeCbor(tagged(SELF_DESCRIBE_TAG, tree)))}:`
  return {...response, headers: [...response.headers, ['IC-Certificate', header]]}
}

function withCertificate(
  response: TestResponse,
  {canisterId, timeNs, path}: Certification,
  expression: string,
  below: LabeledTree,
): TestResponse {
  const labels = [encodeUtf8('http_expr'), ...path.map(encodeUtf8), sha256(encodeUtf8(expression))]
  const tree = pairFromTheLeft(labels.reduceRight<LabeledTree>((content, label) => [[label, content]], below))
  const certificate = signedCertificate(canisterId, rootHash(tree), timeNs)
  const exprPath = encodeCbor(tagged(SELF_DESCRIBE_TAG, ['http_expr', ...path]))
  const parts = [
    `certificate=:${base64(certificate)}:`,
    `tree=:${base64(encodeCbor(tagged(SELF_DESCRIBE_TAG, tree)))}:`,
    `expr_path=:${base64(exprPath)}:`,
    'version=2',
  ]
  return {...response, headers: [...response.headers, ['IC-CertificateExpression', expression], ['IC-Certificate', parts.join(', ')]]}
}

function signedCertificate(canisterId: CanisterId, certifiedData: Uint8Array, timeNs: bigint): Uint8Array {
  const tree = pairFromTheLeft([
    [encodeUtf8('canister'), [[principalToBytes(canisterId), [[encodeUtf8('certified_data'), certifiedData]]]]],
    [encodeUtf8('time'), encodeLeb128(timeNs)],
  ])
  return encodeCertificate({tree, signature: signBls(SECRET, certificateMessage(rootHash(tree)))})
}

function responseHash({status, headers, body}: TestResponse, expression: string, certified: readonly string[]): Uint8Array {
  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => certified.includes(name))
  const map = {...Object.fromEntries(fields), 'ic-certificateexpression': expression, ':ic-cert-status': BigInt(status)}
  return sha256(concatBytes(hashOfMap(map), sha256(body)))
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
