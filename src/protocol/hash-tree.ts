/**
 * Hash trees: what certificates reveal of a labelled tree.
 *
 * Source: IC interface specification, "Certificate", "Lookup", and "The state tree".
 */

import {compareBytes, encodeUtf8} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import {asArray, asBytes, type CborInput, type CborValue, decodeCbor} from './cbor.js'
import {encodeCbor} from './cbor-encode.js'
import {HashTreeError} from './errors.js'
import {domainSeparator} from './request-id.js'

/** As in CBOR: `[0]` empty, `[1, left, right]` fork, `[2, label, subtree]` labelled, `[3, value]` leaf, `[4, hash]` pruned. */
export type HashTree = EmptyNode | ForkNode | LabeledNode | LeafNode | PrunedNode
export type EmptyNode = readonly [0]
export type ForkNode = readonly [1, HashTree, HashTree]
export type LabeledNode = readonly [2, Uint8Array, HashTree]
export type LeafNode = readonly [3, Uint8Array]
export type PrunedNode = readonly [4, Uint8Array]

export type Path = readonly Uint8Array[]

/** `absent`: proven not to be there. `unknown`: hidden. `error`: the path ends inside the tree, not at a leaf. */
export type Lookup = {readonly kind: 'found'; readonly value: Uint8Array} | {readonly kind: 'absent' | 'unknown' | 'error'}
export type SubtreeLookup = {readonly kind: 'found'; readonly tree: HashTree} | {readonly kind: 'absent' | 'unknown'}

const FORK_SEPARATOR = domainSeparator('ic-hashtree-fork')
const LABELED_SEPARATOR = domainSeparator('ic-hashtree-labeled')
const LEAF_SEPARATOR = domainSeparator('ic-hashtree-leaf')

export const EMPTY_TREE: EmptyNode = [0]
export const EMPTY_TREE_HASH = sha256(domainSeparator('ic-hashtree-empty'))

export const hashFork = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(FORK_SEPARATOR, left, right)
export const hashLabeled = (label: Uint8Array, content: Uint8Array): Uint8Array => sha256(LABELED_SEPARATOR, label, content)
export const hashLeaf = (value: Uint8Array): Uint8Array => sha256(LEAF_SEPARATOR, value)

/** The 32-byte root hash; pruning never changes it. */
export function rootHash(tree: HashTree): Uint8Array {
  switch (tree[0]) {
    case 0:
      return EMPTY_TREE_HASH
    case 1:
      return hashFork(rootHash(tree[1]), rootHash(tree[2]))
    case 2:
      return hashLabeled(tree[1], rootHash(tree[2]))
    case 3:
      return hashLeaf(tree[1])
    case 4:
      return tree[1]
  }
}

/** A path from text and byte labels. */
export function toPath(...labels: readonly (string | Uint8Array)[]): Path {
  return labels.map((label) => (typeof label === 'string' ? encodeUtf8(label) : label))
}

/** The value of a leaf. */
export function lookup(tree: HashTree, path: Path): Lookup {
  const found = lookupSubtree(tree, path)
  if (found.kind !== 'found') return found
  if (found.tree[0] === 3) return {kind: 'found', value: found.tree[1]}
  if (found.tree[0] === 0) return {kind: 'absent'}
  return {kind: found.tree[0] === 4 ? 'unknown' : 'error'}
}

/** The node below a path, whatever it is. */
export function lookupSubtree(tree: HashTree, path: Path): SubtreeLookup {
  let current = tree
  for (const label of path) {
    const next = lookupLabel(current, label)
    if (next.kind !== 'found') return next
    current = next.tree
  }
  return {kind: 'found', tree: current}
}

/** The visible labelled children of a node, in order. */
export function listChildren(tree: HashTree): readonly LabeledNode[] {
  return flattenForks(tree).filter((node): node is LabeledNode => node[0] === 2)
}

function lookupLabel(tree: HashTree, label: Uint8Array): SubtreeLookup {
  const nodes = flattenForks(tree)
  if (nodes.length === 0 || (nodes.length === 1 && nodes[0]![0] === 3)) return {kind: 'absent'}
  // Whether everything that could stand just before the label is visible.
  let isGapProven = true
  for (const node of nodes) {
    if (node[0] !== 2) {
      isGapProven = false
      continue
    }
    const order = compareBytes(label, node[1])
    if (order === 0) return {kind: 'found', tree: node[2]}
    if (order < 0) return {kind: isGapProven ? 'absent' : 'unknown'}
    isGapProven = true
  }
  return {kind: isGapProven ? 'absent' : 'unknown'}
}

/** The nodes under a bush of forks, from left to right, without the empty ones. */
function flattenForks(tree: HashTree): HashTree[] {
  const nodes: HashTree[] = []
  const rest: HashTree[] = [tree]
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (node[0] === 1) rest.push(node[2], node[1])
    else if (node[0] !== 0) nodes.push(node)
  }
  return nodes
}

/** Labels strictly increase at every level, and a leaf has no siblings. */
export function isWellFormed(tree: HashTree): boolean {
  const nodes = flattenForks(tree)
  let previous: Uint8Array | undefined
  for (const node of nodes) {
    if (node[0] === 3 && nodes.length > 1) return false
    if (node[0] !== 2) continue
    if (previous && compareBytes(previous, node[1]) >= 0) return false
    previous = node[1]
    if (!isWellFormed(node[2])) return false
  }
  return true
}

export function encodeHashTree(tree: HashTree): Uint8Array {
  return encodeCbor(tree as CborInput)
}

/** Throws CborError or HashTreeError. */
export function decodeHashTree(bytes: Uint8Array): HashTree {
  return toHashTree(decodeCbor(bytes))
}

/** A decoded CBOR item as a hash tree; byte strings are not copied. Throws HashTreeError. */
export function toHashTree(value: CborValue): HashTree {
  const node = asArray(value)
  if (!node || typeof node[0] !== 'number' || node.length !== NODE_LENGTHS[node[0]])
    throw new HashTreeError('A node of the hash tree has a wrong shape.')
  switch (node[0]) {
    case 0:
      return EMPTY_TREE
    case 1:
      return [1, toHashTree(node[1]), toHashTree(node[2])]
    case 2:
      return [2, expectBytes(node[1]), toHashTree(node[2])]
    case 3:
      return [3, expectBytes(node[1])]
    default: {
      const hash = expectBytes(node[1])
      if (hash.length !== 32) throw new HashTreeError(`A pruned node of the hash tree has ${hash.length} bytes instead of 32.`)
      return [4, hash]
    }
  }
}

const NODE_LENGTHS: Readonly<Record<number, number>> = {0: 1, 1: 3, 2: 3, 3: 2, 4: 2}

function expectBytes(value: CborValue): Uint8Array {
  const bytes = asBytes(value)
  if (!bytes) throw new HashTreeError('A label, value or hash of the hash tree is not a byte string.')
  return bytes
}

/** A full labelled tree: a value, or sorted children. */
export type LabeledTree = Uint8Array | readonly (readonly [label: Uint8Array, content: LabeledTree])[]

/**
 * The hash tree of a labelled tree in the shape that replicas of the public network use: neighbours are paired from the left, an odd
 * last one is carried up, until one is left. Labels must be sorted.
 */
export function pairFromTheLeft(content: LabeledTree): HashTree {
  if (content instanceof Uint8Array) return [3, content]
  let level: HashTree[] = content.map(([label, child]) => [2, label, pairFromTheLeft(child)])
  while (level.length > 1) {
    const next: HashTree[] = []
    for (let i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? [1, level[i]!, level[i + 1]!] : level[i]!)
    level = next
  }
  return level[0] ?? EMPTY_TREE
}
