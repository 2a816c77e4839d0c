/**
 * The labelled tree that a subnet certifies: nested maps from labels to values, with a root hash that is kept up to date.
 *
 * The hash tree's forks are those of `crit-bit.ts`: the root is a function of content alone, and a change re-hashes one path, where
 * pairing neighbours by position would re-hash half the siblings. Source: IC interface specification, "The state tree", "Certificate".
 */

import {encodeUtf8, equalBytes, fromHex, toHex} from '../../base/bytes.js'
import {invariant} from '../../base/invariant.js'
import {EMPTY_TREE_HASH, hashFork, hashLabeled, hashLeaf} from '../../protocol/hash-tree.js'
import {
  type CritNode,
  Entry,
  findEntry,
  findNeighbours,
  insertEntry,
  isEntry,
  type Label,
  listEntries,
  removeEntry,
  touchEntry,
} from './crit-bit.js'

export type LabelPath = readonly Label[]

/** A value, or the children of a node. */
export type Content = Uint8Array | Branch

export class Branch {
  /** The children, by label: looking one up among 50,000 takes 1 µs, so there is no map besides. */
  root: CritNode<Content> | undefined
  /** Stays when it has no children. */
  isKept = false
}

/** The label of a text. */
export function textLabel(text: string): Label {
  return toHex(encodeUtf8(text))
}

export class LabelTree {
  readonly root = new Branch()

  /** Stores a value; the nodes above come into being. The path must neither cross a value nor end at a node with children. */
  set(path: LabelPath, value: Uint8Array): void {
    const known = this.get(path)
    if (known && equalBytes(known, value)) return
    const branch = this.#makeBranch(path.slice(0, -1))
    const label = getLast(path)
    const entry = findEntry(branch.root, label)
    invariant(!(entry?.content instanceof Branch), `/${path.join('/')} has children`)
    if (entry) {
      entry.content = value
      touchEntry(branch.root!, label)
    } else addChild(branch, label, value)
  }

  /** Makes a node that stays even when it has no children: an empty subtree is part of the state. */
  keepBranch(path: LabelPath): void {
    this.#makeBranch(path).isKept = true
  }

  /** Removes a value or a whole subtree, and every node above that is left without children, unless it is kept. */
  delete(path: LabelPath): void {
    if (!this.#find(path)) return
    const branches = this.#listBranches(path)
    let depth = path.length - 1
    while (depth > 0 && isEntry(branches[depth]!.root!) && !branches[depth]!.isKept) depth--
    const branch = branches[depth]!
    branch.root = removeEntry(branch.root!, path[depth]!)
    for (let above = 0; above < depth; above++) touchEntry(branches[above]!.root!, path[above]!)
  }

  /** The value of a leaf, or undefined. */
  get(path: LabelPath): Uint8Array | undefined {
    const content = this.#find(path)
    return content instanceof Uint8Array ? content : undefined
  }

  has(path: LabelPath): boolean {
    return this.#find(path) !== undefined
  }

  /** Labels of the children of a node, in their order. */
  *labelsOf(path: LabelPath): Iterable<Label> {
    const content = this.#find(path)
    if (content instanceof Branch) for (const {label} of listEntries(content.root)) yield label
  }

  /** The greatest label not beyond the given one among the children of a node. */
  findLabelAtMost(path: LabelPath, label: Label): Label | undefined {
    const content = this.#find(path)
    if (!(content instanceof Branch) || !content.root) return undefined
    return findEntry(content.root, label) ? label : findNeighbours(content.root, label).before?.label
  }

  /** 32 bytes. Hashes again only what changed since the last call. */
  rootHash(): Uint8Array {
    return hashContent(this.root)
  }

  #find(path: LabelPath): Content | undefined {
    let content: Content | undefined = this.root
    for (const label of path) {
      if (!(content instanceof Branch)) return undefined
      content = findEntry(content.root, label)?.content
    }
    return content
  }

  /** The branches whose children the labels of an existing path are. */
  #listBranches(path: LabelPath): Branch[] {
    const branches = [this.root]
    for (const label of path.slice(0, -1)) branches.push(findEntry(branches.at(-1)!.root, label)!.content as Branch)
    return branches
  }

  /** The branch at a path, made where missing; everything above it counts as changed. */
  #makeBranch(path: LabelPath): Branch {
    let branch = this.root
    for (const label of path) {
      const entry = findEntry(branch.root, label)
      const content = entry?.content ?? new Branch()
      invariant(content instanceof Branch, `/${path.join('/')} crosses a value`)
      if (entry) touchEntry(branch.root!, label)
      else addChild(branch, label, content)
      branch = content
    }
    return branch
  }
}

function addChild(branch: Branch, label: Label, content: Content): void {
  branch.root = insertEntry(branch.root, new Entry(label, content))
}

function getLast(path: LabelPath): Label {
  const label = path.at(-1)
  invariant(label !== undefined, 'the root of a labelled tree is no value')
  return label
}

export function hashContent(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return hashLeaf(content)
  return content.root ? hashNode(content.root) : EMPTY_TREE_HASH
}

/** Up to this size a value is hashed again when needed: keeping the hash costs more memory (220 bytes) than the value. */
const MAX_UNCACHED_BYTES = 256

/** Hash of a labelled child or of a fork; computed once, but for small values, of which a subnet has hundreds of thousands. */
export function hashNode(node: CritNode<Content>): Uint8Array {
  if (node.hash) return node.hash
  const isSmall = isEntry(node) && node.content instanceof Uint8Array && node.content.length <= MAX_UNCACHED_BYTES
  const hash = isEntry(node)
    ? hashLabeled(fromHex(node.label), hashContent(node.content))
    : hashFork(hashNode(node.left), hashNode(node.right))
  if (!isSmall) node.hash = hash
  return hash
}
