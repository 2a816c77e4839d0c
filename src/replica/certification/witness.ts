/**
 * Witnesses: the hash tree of a labelled tree with all pruned that was not asked for.
 *
 * What is kept: asked nodes whole, the labels on the way to them, and where an asked label does not exist the labels of its
 * neighbours, which prove the gap. Source: IC interface specification, "Certificate", "Lookup"; reference implementation for the rest.
 */

import {fromHex} from '../../base/bytes.js'
import {EMPTY_TREE, type HashTree} from '../../protocol/hash-tree.js'
import {bitAt, type CritNode, type Entry, findEntry, findNeighbours, isEntry, type Label} from './crit-bit.js'
import {type Branch, type Content, hashContent, hashNode, type LabelPath, type LabelTree} from './label-tree.js'

/** Whether the node at a path stays hidden although it lies in something asked for. The path is valid during the call only. */
export type Exclusion = (path: LabelPath) => boolean

/** The witness of some paths; without any, one pruned node. Paths may overlap, and may not exist. */
export function makeWitness(tree: LabelTree, paths: readonly LabelPath[], exclude: Exclusion = () => false): HashTree {
  if (paths.length === 0) return [4, tree.rootHash()]
  return new WitnessMaker(exclude).showContent(tree.root, paths, 0)
}

/** What is asked below a child: the paths through it; none of them when only its label is to be seen. */
type Asked = ReadonlyMap<Label, readonly LabelPath[]>

class WitnessMaker {
  readonly #exclude: Exclusion
  readonly #here: Label[] = []

  constructor(exclude: Exclusion) {
    this.#exclude = exclude
  }

  /** `depth`: how many labels of the paths lead here. A value is shown also to paths beyond it: it proves that they are absent. */
  showContent(content: Content, paths: readonly LabelPath[], depth: number): HashTree {
    if (content instanceof Uint8Array) return [3, content]
    if (!content.root) return EMPTY_TREE
    if (paths.some((path) => path.length === depth)) return this.#showAll(content.root)
    const asked = collectAsked(content, paths, depth)
    return this.#showAsked(content.root, [...asked.keys()], asked, depth)
  }

  #showAll(node: CritNode<Content>): HashTree {
    if (!isEntry(node)) return join(node, this.#showAll(node.left), this.#showAll(node.right))
    return this.#showEntry(node, (content) =>
      content instanceof Uint8Array ? [3, content] : content.root ? this.#showAll(content.root) : EMPTY_TREE,
    )
  }

  /** `labels`: those of the asked ones that lie under this node. */
  #showAsked(node: CritNode<Content>, labels: readonly Label[], asked: Asked, depth: number): HashTree {
    if (labels.length === 0) return prune(node)
    if (!isEntry(node)) {
      const toTheRight = (label: Label) => bitAt(label, node.bit) === 1
      const left = labels.filter((label) => !toTheRight(label))
      return join(
        node,
        this.#showAsked(node.left, left, asked, depth),
        this.#showAsked(node.right, labels.filter(toTheRight), asked, depth),
      )
    }
    const paths = asked.get(node.label)!
    if (paths.length === 0) return [2, fromHex(node.label), pruneContent(node.content)]
    return this.#showEntry(node, (content) => this.showContent(content, paths, depth + 1))
  }

  #showEntry(entry: Entry<Content>, show: (content: Content) => HashTree): HashTree {
    this.#here.push(entry.label)
    const shown: HashTree = this.#exclude(this.#here) ? prune(entry) : [2, fromHex(entry.label), show(entry.content)]
    this.#here.pop()
    return shown
  }
}

/** The children to be seen, by label: those on a path, and the neighbours of labels that do not exist. */
function collectAsked(branch: Branch, paths: readonly LabelPath[], depth: number): Asked {
  const asked = new Map<Label, LabelPath[]>()
  const see = (label: Label): LabelPath[] => {
    const known = asked.get(label) ?? []
    asked.set(label, known)
    return known
  }
  for (const path of paths) {
    const label = path[depth]!
    if (findEntry(branch.root, label)) {
      see(label).push(path)
      continue
    }
    const {before, after} = findNeighbours(branch.root!, label)
    if (before) see(before.label)
    if (after) see(after.label)
  }
  return asked
}

function join(node: CritNode<Content>, left: HashTree, right: HashTree): HashTree {
  return left[0] === 4 && right[0] === 4 ? prune(node) : [1, left, right]
}

function prune(node: CritNode<Content>): HashTree {
  return [4, hashNode(node)]
}

function pruneContent(content: Content): HashTree {
  return [4, hashContent(content)]
}
