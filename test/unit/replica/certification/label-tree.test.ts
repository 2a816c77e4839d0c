import assert from 'node:assert/strict'
import fc from 'fast-check'
import {compareBytes, fromHex, toHex} from '../../../../src/base/bytes.js'
import {EMPTY_TREE_HASH} from '../../../../src/protocol/hash-tree.js'
import {findEntry, firstDifference} from '../../../../src/replica/certification/crit-bit.js'
import {type LabelPath, LabelTree, textLabel} from '../../../../src/replica/certification/label-tree.js'

/** Labels where prefixes and common beginnings abound. */
const aLabel = fc.uint8Array({maxLength: 2, max: 3}).map(toHex)
const aPath = fc.array(aLabel, {minLength: 1, maxLength: 3})
const aValue = fc.uint8Array({maxLength: 2})
const change = fc.record({path: aPath, value: fc.option(aValue, {nil: undefined})})
type Change = {readonly path: LabelPath; readonly value: Uint8Array | undefined}

/** Leaves as a flat map, the model of the tree; a change that a tree refuses is left out. */
function applyToModel(model: Map<string, Uint8Array>, {path, value}: Change): boolean {
  const key = path.join('/')
  const keys = [...model.keys()]
  const below = keys.filter((other) => other.startsWith(`${key}/`))
  if (value === undefined) {
    for (const other of [key, ...below]) model.delete(other)
    return true
  }
  const crosses = path.some((_, depth) => depth < path.length - 1 && model.has(path.slice(0, depth + 1).join('/')))
  if (crosses || below.length > 0) return false
  model.set(key, value)
  return true
}

const apply = (tree: LabelTree, {path, value}: Change) => (value === undefined ? tree.delete(path) : tree.set(path, value))

/** The tree built afresh from the model, in another order. */
function rebuild(model: ReadonlyMap<string, Uint8Array>): LabelTree {
  const tree = new LabelTree()
  for (const [key, value] of [...model].reverse()) tree.set(key.split('/'), value)
  return tree
}

describe('labelled tree', () => {
  it('is empty at first', () => assert.equal(new LabelTree().rootHash(), EMPTY_TREE_HASH))

  it('has a root that depends on content alone, however it came about', () =>
    fc.assert(
      fc.property(fc.array(change, {maxLength: 60}), (changes) => {
        const tree = new LabelTree()
        const model = new Map<string, Uint8Array>()
        for (const step of changes) if (applyToModel(model, step)) apply(tree, step)
        for (const [key, value] of model) assert.deepEqual(tree.get(key.split('/')), value)
        assert.equal(toHex(tree.rootHash()), toHex(rebuild(model).rootHash()))
      }),
      {numRuns: 300},
    ))

  it('keeps its root up to date after every change', () =>
    fc.assert(
      fc.property(fc.array(change, {maxLength: 30}), (changes) => {
        const tree = new LabelTree()
        const model = new Map<string, Uint8Array>()
        for (const step of changes) {
          if (!applyToModel(model, step)) continue
          apply(tree, step)
          assert.equal(toHex(tree.rootHash()), toHex(rebuild(model).rootHash()))
        }
      }),
    ))

  it('changes its root with any value', () => {
    const tree = new LabelTree()
    tree.set(['01', '02'], fromHex('aa'))
    const before = tree.rootHash()
    tree.set(['01', '02'], fromHex('ab'))
    assert.notDeepEqual(tree.rootHash(), before)
    tree.set(['01', '02'], fromHex('aa'))
    assert.deepEqual(tree.rootHash(), before)
  })

  it('drops nodes left empty, but not kept ones', () => {
    const tree = new LabelTree()
    tree.keepBranch(['01'])
    const empty = tree.rootHash()
    tree.set(['01', '02', '03'], fromHex(''))
    tree.delete(['01', '02', '03'])
    assert.deepEqual([tree.has(['01', '02']), tree.has(['01'])], [false, true])
    assert.deepEqual(tree.rootHash(), empty)
    assert.notDeepEqual(empty, EMPTY_TREE_HASH)
  })

  it('removes whole subtrees, and nothing for a path that is not there', () => {
    const tree = new LabelTree()
    tree.set(['01', '02'], fromHex('aa'))
    tree.set(['03'], fromHex('bb'))
    tree.delete(['01', '05'])
    tree.delete(['03', '05'])
    assert.deepEqual(tree.get(['01', '02']), fromHex('aa'))
    tree.delete(['01'])
    assert.deepEqual([...tree.labelsOf([])], ['03'])
  })

  for (const {what, path} of [
    {what: 'a value below a value', path: ['03', '01']},
    {what: 'a value in place of a subtree', path: ['01']},
    {what: 'a value as root', path: []},
  ])
    it(`refuses ${what}`, () => {
      const tree = new LabelTree()
      tree.set(['01', '02'], fromHex('aa'))
      tree.set(['03'], fromHex('bb'))
      assert.throws(() => tree.set(path, fromHex('cc')), {name: 'InvariantViolation'})
    })

  it('finds the greatest label at most', () => {
    const tree = new LabelTree()
    for (const label of ['10', '20', '2000', '30']) tree.set(['ff', label], fromHex(''))
    const find = (label: string) => tree.findLabelAtMost(['ff'], label)
    assert.deepEqual(['0f', '10', '1f', '20', '2001', '40'].map(find), [undefined, '10', '10', '20', '2000', '30'])
    assert.equal(tree.findLabelAtMost(['fe'], '10'), undefined)
  })

  it('inserts among 50,000 siblings in well under a millisecond', () => {
    const tree = new LabelTree()
    const label = (i: number) => (i * 2654435761).toString(16).padStart(16, '0')
    for (let i = 0; i < 50_000; i++) tree.set([textLabel('canister'), label(i)], fromHex('aa'))
    tree.rootHash()
    const started = process.hrtime.bigint()
    for (let i = 50_000; i < 50_500; i++) {
      tree.set([textLabel('canister'), label(i)], fromHex('aa'))
      tree.rootHash()
    }
    const each = Number(process.hrtime.bigint() - started) / 500 / 1e6
    assert.ok(each < 1, `${each} ms`)
  })

  it('orders labels by their bits as their bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 5}), fc.uint8Array({maxLength: 5}), (a, b) => {
        if (compareBytes(a, b) === 0) return
        const tree = new LabelTree()
        tree.set([toHex(a)], a)
        tree.set([toHex(b)], b)
        const root = tree.root.root as {bit: number; left: {label: string}}
        assert.equal(root.bit, firstDifference(toHex(a), toHex(b)))
        assert.equal(root.left.label, toHex(compareBytes(a, b) < 0 ? a : b))
      }),
    ))

  it('planted bug: a change that drops the hash of its entry only does not reach the root', () => {
    const tree = new LabelTree()
    for (const label of ['01', '02', '03']) tree.set([label], fromHex('aa'))
    const before = tree.rootHash()
    const entry = findEntry(tree.root.root, '02')!
    entry.content = fromHex('bb')
    entry.hash = undefined
    assert.deepEqual(tree.rootHash(), before)
    tree.set(['02'], fromHex('cc'))
    assert.notDeepEqual(tree.rootHash(), before)
  })
})
