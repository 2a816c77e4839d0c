import assert from 'node:assert/strict'
import {encodeUtf8, toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {Consensus, makeGenesis} from '../../../../src/replica/consensus/consensus.js'
import {messageOf} from '../../../../src/replica/consensus/statements.js'
import {type CommitteePublicKeys, ThresholdCrypto} from '../../../../src/replica/consensus/threshold-crypto.js'
import {blsPublicKey, initBls, verifyBls} from '../../../../src/replica/crypto/bls.js'
import {dealKeyShares} from '../../../../src/replica/crypto/bls-threshold.js'
import {deriveBytes, ed25519KeyFromSeed} from '../../../../src/replica/crypto/keys.js'
import {aConfig, PlainPayloads} from './makers.js'

const MESSAGE = encodeUtf8('a message')

/** A dealer's keys for `count` nodes: low threshold 2 and high threshold 3 of 4, or the whole key for one. */
function dealCryptos(count: number): {cryptos: ThresholdCrypto[]; nodes: ReturnType<typeof aKey>[]; publicKey: Uint8Array} {
  const nodes = Array.from({length: count}, (_, index) => aKey(index)).sort((a, b) => (a.id < b.id ? -1 : 1))
  const scalar = (name: string): Uint8Array => Uint8Array.of(1, ...deriveBytes(encodeUtf8('seed'), name).slice(1))
  const deal = (key: string, threshold: number): Uint8Array[] => Array.from({length: threshold}, (_, degree) => scalar(`${key} ${degree}`))
  const coefficients = {low: deal('low', count === 1 ? 1 : 2), high: deal('high', count === 1 ? 1 : 3)}
  const shares = {low: dealKeyShares(coefficients.low, count), high: dealKeyShares(coefficients.high, count)}
  const publicKeys = (key: 'low' | 'high'): CommitteePublicKeys => ({
    publicKey: blsPublicKey(coefficients[key][0]!),
    sharePublicKeys: shares[key].map(blsPublicKey),
  })
  const committees = {low: publicKeys('low'), high: publicKeys('high')}
  const cryptos = nodes.map(
    (nodeKey, index) =>
      new ThresholdCrypto({
        nodes: nodes.map(({id, publicKeyDer}) => ({nodeId: id, publicKeyDer})),
        nodeKey,
        committees,
        secretShares: {low: shares.low[index]!, high: shares.high[index]!},
      }),
  )
  return {cryptos, nodes, publicKey: committees.high.publicKey}
}

const aKey = (index: number) => ed25519KeyFromSeed(sha256(Uint8Array.of(index)))

describe('ThresholdCrypto', () => {
  before(() => initBls())

  it('knows the signatures of its nodes, and no others', () => {
    const {cryptos, nodes} = dealCryptos(4)
    const signature = cryptos[1]!.sign(MESSAGE)
    const verdicts = [nodes[1]!.id, nodes[2]!.id, aKey(9).id].map((id) => cryptos[0]!.verify(id, MESSAGE, signature))
    assert.deepEqual(verdicts, [true, false, false])
  })

  it('combines any two low and any three high shares to the subnet’s signature', () => {
    const {cryptos, nodes} = dealCryptos(4)
    for (const {key, size} of [
      {key: 'low', size: 2},
      {key: 'high', size: 3},
    ] as const) {
      const shares = cryptos.map((crypto, index) => ({signer: nodes[index]!.id, signature: crypto.signShare(key, MESSAGE)}))
      const combined = [shares.slice(0, size), shares.slice(-size)].map((some) => cryptos[0]!.combineShares(key, some)!)
      assert.equal(toHex(combined[0]!), toHex(combined[1]!))
      assert.ok(cryptos[3]!.verifyCombined(key, MESSAGE, combined[0]!))
      const wrong = [{...shares[0]!, signature: shares[1]!.signature}, ...shares.slice(1, size)]
      assert.equal(cryptos[0]!.verifyCombined(key, MESSAGE, cryptos[0]!.combineShares(key, wrong)!), false)
      assert.deepEqual(
        [shares[0]!, wrong[0]!].map(({signer, signature}) => cryptos[2]!.verifyShare(key, signer, MESSAGE, signature)),
        [true, false],
      )
    }
  })

  it('certifies with one node what clients verify with the subnet’s key', () => {
    const {cryptos, nodes, publicKey} = dealCryptos(1)
    const config = {...aConfig(1, 0), nodeId: nodes[0]!.id, nodes: [nodes[0]!.id]}
    const consensus = new Consensus({config, crypto: cryptos[0]!, payloads: new PlainPayloads(), anchor: makeGenesis(config, 1n)})
    while (consensus.signAhead());
    assert.equal(consensus.step(10n, 'block').batches.length, 1)
    const rootHash = sha256(MESSAGE)
    consensus.addExecuted({height: 1, rootHash})
    const [certification] = consensus.step(11n, 'none').certifications
    const message = messageOf({purpose: 'certification', height: 1, subject: toHex(rootHash)})
    assert.ok(verifyBls(publicKey, certification!.signature, message))
  })
})
