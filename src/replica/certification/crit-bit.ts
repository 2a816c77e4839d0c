/**
 * Labels in a binary tree that forks at their first differing bit. Its shape depends on the set of labels alone, and it keeps their
 * order, so its forks can be the forks of a hash tree: an insert changes the nodes on one path only.
 *
 * A label is hexadecimal, and counts as 5 bits a digit: 1 and the 4 bits of the digit; beyond its end it is 0. So a prefix comes
 * before what it begins, and the order of labels is that of their bytes. Depth: about log2 of the count where labels are hashes or
 * numbers; verifiers with a limit on nesting (128 in some CBOR libraries) are far from it.
 */

/** Lower-case hexadecimal of a label's bytes. Principals and request ids are labels as they are. */
export type Label = string

/** A label with what lies below it. `hash` is a cache of the labelled node's hash. */
export class Entry<C> {
  /** Marks an entry among nodes. */
  readonly bit = -1
  hash: Uint8Array | undefined

  constructor(
    readonly label: Label,
    public content: C,
  ) {}
}

/** Labels with bit 0 to the left, with bit 1 to the right; all bits before are the same. */
export class Fork<C> {
  hash: Uint8Array | undefined

  constructor(
    readonly bit: number,
    public left: CritNode<C>,
    public right: CritNode<C>,
  ) {}
}

export type CritNode<C> = Entry<C> | Fork<C>

export const isEntry = <C>(node: CritNode<C>): node is Entry<C> => node.bit < 0

export function bitAt(label: Label, bit: number): number {
  const digit = Math.floor(bit / 5)
  if (digit >= label.length) return 0
  const inDigit = bit % 5
  return inDigit === 0 ? 1 : (valueAt(label, digit) >> (4 - inDigit)) & 1
}

function valueAt(label: Label, digit: number): number {
  const code = label.charCodeAt(digit)
  return code < 58 ? code - 48 : code - 87
}

/** The first bit in which two different labels differ. */
export function firstDifference(a: Label, b: Label): number {
  const shared = Math.min(a.length, b.length)
  for (let digit = 0; digit < shared; digit++) {
    const difference = valueAt(a, digit) ^ valueAt(b, digit)
    if (difference !== 0) return 5 * digit + 1 + Math.clz32(difference) - 28
  }
  return 5 * shared
}

export function findEntry<C>(root: CritNode<C> | undefined, label: Label): Entry<C> | undefined {
  const nearest = root && findNearest(root, label)
  return nearest?.label === label ? nearest : undefined
}

/** Every entry, in the order of labels. */
export function* listEntries<C>(root: CritNode<C> | undefined): Iterable<Entry<C>> {
  const rest = root ? [root] : []
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (isEntry(node)) yield node
    else rest.push(node.right, node.left)
  }
}

/** Adds an entry whose label is not there yet; returns the new root. Hashes on the way to it are dropped. */
export function insertEntry<C>(root: CritNode<C> | undefined, entry: Entry<C>): CritNode<C> {
  if (!root) return entry
  const bit = firstDifference(entry.label, findNearest(root, entry.label).label)
  let parent: Fork<C> | undefined
  let node = root
  while (!isEntry(node) && node.bit < bit) {
    node.hash = undefined
    parent = node
    node = bitAt(entry.label, node.bit) ? node.right : node.left
  }
  const fork = bitAt(entry.label, bit) ? new Fork(bit, node, entry) : new Fork(bit, entry, node)
  if (!parent) return fork
  replaceChild(parent, node, fork)
  return root
}

/** Removes the entry of a label that is there; returns the new root. Hashes on the way to it are dropped. */
export function removeEntry<C>(root: CritNode<C>, label: Label): CritNode<C> | undefined {
  let grandparent: Fork<C> | undefined
  let parent: Fork<C> | undefined
  let node = root
  while (!isEntry(node)) {
    node.hash = undefined
    grandparent = parent
    parent = node
    node = bitAt(label, node.bit) ? node.right : node.left
  }
  if (!parent) return undefined
  const sibling = parent.left === node ? parent.right : parent.left
  if (!grandparent) return sibling
  replaceChild(grandparent, parent, sibling)
  return root
}

/** Drops the hashes from the root down to the entry of a label. */
export function touchEntry<C>(root: CritNode<C>, label: Label): void {
  let node = root
  while (!isEntry(node)) {
    node.hash = undefined
    node = bitAt(label, node.bit) ? node.right : node.left
  }
  node.hash = undefined
}

/** The entries just before and just after a label that is not there. */
export function findNeighbours<C>(root: CritNode<C>, label: Label): {readonly before?: Entry<C>; readonly after?: Entry<C>} {
  const bit = firstDifference(label, findNearest(root, label).label)
  let smaller: CritNode<C> | undefined
  let greater: CritNode<C> | undefined
  let node = root
  while (!isEntry(node) && node.bit < bit) {
    if (bitAt(label, node.bit)) {
      smaller = node.left
      node = node.right
    } else {
      greater = node.right
      node = node.left
    }
  }
  if (bitAt(label, bit)) smaller = node
  else greater = node
  return {...(smaller && {before: lastEntry(smaller)}), ...(greater && {after: firstEntry(greater)})}
}

/** An entry that shares with the label as many leading bits as any. */
function findNearest<C>(root: CritNode<C>, label: Label): Entry<C> {
  let node = root
  while (!isEntry(node)) node = bitAt(label, node.bit) ? node.right : node.left
  return node
}

function firstEntry<C>(root: CritNode<C>): Entry<C> {
  let node = root
  while (!isEntry(node)) node = node.left
  return node
}

function lastEntry<C>(root: CritNode<C>): Entry<C> {
  let node = root
  while (!isEntry(node)) node = node.right
  return node
}

function replaceChild<C>(parent: Fork<C>, old: CritNode<C>, replacement: CritNode<C>): void {
  if (parent.left === old) parent.left = replacement
  else parent.right = replacement
}
