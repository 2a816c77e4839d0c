import assert from 'node:assert/strict'
import {bigEndian64} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {
  committeeSize,
  faultsTolerated,
  highThreshold,
  lowThreshold,
  responseThreshold,
} from '../../../../src/replica/consensus/parameters.js'
import {rankNodes, shuffle} from '../../../../src/replica/consensus/ranking.js'
import {nodeIds} from './makers.js'

const beacon = (index: number): Uint8Array => sha256(bigEndian64(BigInt(index)))

describe('committees', () => {
  for (const [n, f, makers, committee, high, low, responses] of [
    [1, 0, 1, 1, 1, 1, 1],
    [4, 1, 2, 4, 3, 2, 3],
    [5, 1, 2, 4, 3, 2, 4],
    [7, 2, 3, 7, 5, 3, 5],
    [13, 4, 5, 13, 9, 5, 9],
    [34, 11, 12, 34, 23, 12, 23],
  ] as const)
    it(`of ${n} nodes are those of the digest`, () => {
      assert.deepEqual(
        [faultsTolerated(n), committeeSize(n), highThreshold(n), lowThreshold(n), responseThreshold(n)],
        [f, committee, high, low, responses],
      )
      const ranking = rankNodes(nodeIds(n), beacon(n))
      assert.deepEqual([ranking.makers.length, ranking.notaries.size], [makers, committee])
    })
})

/** Chi-squared of how often each of 4 nodes is first: 16.3 is passed by chance once in a thousand. */
function unfairness(rank: (index: number) => string): number {
  const counts = new Map<string, number>(nodeIds(4).map((id) => [id, 0]))
  for (let index = 0; index < 4_000; index++) counts.set(rank(index), counts.get(rank(index))! + 1)
  return [...counts.values()].reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
}

describe('rankNodes', () => {
  it('gives every node the first turn equally often', () =>
    assert.ok(unfairness((index) => rankNodes(nodeIds(4), beacon(index)).makers[0]!) < 16.3))

  it('is caught when it favours some', () => assert.ok(unfairness((index) => nodeIds(4)[(beacon(index)[0]! % 5) % 4]!) > 16.3))

  it('draws a committee independent of the makers', () => {
    const pairs = new Set(
      Array.from({length: 400}, (_, index) => {
        const {makers, notaries} = rankNodes(nodeIds(5), beacon(index))
        return `${makers[0]} ${nodeIds(5).find((id) => !notaries.has(id))}`
      }),
    )
    assert.equal(pairs.size, 25)
  })
})

describe('shuffle', () => {
  it('keeps all items, and is the same for the same seed', () => {
    const items = Array.from({length: 50}, (_, index) => index)
    const once = shuffle(items, beacon(1))
    assert.deepEqual(
      [...once].sort((a, b) => a - b),
      items,
    )
    assert.deepEqual(shuffle(items, beacon(1)), once)
    assert.notDeepEqual(shuffle(items, beacon(2)), once)
  })
})
