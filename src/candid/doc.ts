/**
 * Layout of texts: what fits on one line stays there, the rest breaks.
 *
 * Source: P. Wadler, "A prettier printer", with the alternatives that the reference printer needs: a part that reads differently when its
 * group is broken (the trailing separator).
 */

export type Doc =
  | string
  | readonly Doc[]
  | {readonly kind: 'group' | 'nest'; readonly doc: Doc}
  /** `broken` in a group laid out over lines, `flat` otherwise. */
  | {readonly kind: 'choice'; readonly broken: Doc; readonly flat: Doc}
  | {readonly kind: 'newline'}

/** Always a new line. */
export const NEWLINE: Doc = {kind: 'newline'}
/** A space, or a new line when the group breaks. */
export const LINE: Doc = {kind: 'choice', broken: NEWLINE, flat: ' '}
/** Nothing, or a new line when the group breaks. */
const SOFT_LINE: Doc = {kind: 'choice', broken: NEWLINE, flat: ''}

const INDENT = 2

/** `left part right`, without inner spaces on one line: `(1, 2)`. */
export function enclose(left: string, part: Doc, right: string): Doc {
  if (isEmpty(part)) return [left, right]
  return group([nest([left, SOFT_LINE, part]), SOFT_LINE, right])
}

/** `left part right`, with inner spaces on one line: `{ 1; 2 }`. */
export function encloseSpaced(left: string, part: Doc, right: string): Doc {
  if (isEmpty(part)) return [left, right]
  return group([nest([left, LINE, part]), LINE, right])
}

/** The parts with the separator between them, and after the last one when broken. */
export function separate(parts: readonly Doc[], separator: string): Doc {
  const joined = parts.flatMap((part, index) => (index === 0 ? [part] : [separator, LINE, part]))
  return joined.length === 0 ? [] : {kind: 'choice', broken: [...joined, separator], flat: joined}
}

function group(doc: Doc): Doc {
  return {kind: 'group', doc}
}

function nest(doc: Doc): Doc {
  return {kind: 'nest', doc}
}

function isEmpty(doc: Doc): boolean {
  return Array.isArray(doc) && doc.length === 0
}

interface Task {
  readonly doc: Doc
  readonly indent: number
  readonly isFlat: boolean
}

/** The text of a document in lines of at most `width` characters, where that is possible. */
export function layOut(doc: Doc, width: number): string {
  const tasks: Task[] = [{doc, indent: 0, isFlat: false}]
  const output: string[] = []
  let column = 0
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const {doc: part, indent, isFlat} = task
    if (typeof part === 'string') {
      output.push(part)
      column += lengthOf(part)
    } else if (isSequence(part)) {
      for (let i = part.length - 1; i >= 0; i--) tasks.push({doc: part[i]!, indent, isFlat})
    } else if (part.kind === 'newline') {
      output.push(`\n${' '.repeat(indent)}`)
      column = indent
    } else if (part.kind === 'nest') tasks.push({doc: part.doc, indent: indent + INDENT, isFlat})
    else if (part.kind === 'choice') tasks.push({doc: isFlat ? part.flat : part.broken, indent, isFlat})
    else tasks.push({doc: part.doc, indent, isFlat: isFlat || fits(part.doc, tasks, width - column)})
  }
  return output.join('')
}

/** Whether the part, laid out flat, and what follows up to the next new line fit into `room` characters. */
function fits(part: Doc, following: readonly Task[], room: number): boolean {
  const pending: Doc[] = [part]
  let left = room
  let isFlat = true
  let next = following.length
  for (;;) {
    if (pending.length === 0) {
      if (next === 0) return true
      pending.push(following[--next]!.doc)
      isFlat = false
    }
    const doc = pending.pop()!
    if (typeof doc === 'string') {
      left -= lengthOf(doc)
      if (left < 0) return false
    } else if (isSequence(doc)) for (let i = doc.length - 1; i >= 0; i--) pending.push(doc[i]!)
    else if (doc.kind === 'newline') return true
    else if (doc.kind === 'choice') pending.push(isFlat ? doc.flat : doc.broken)
    else pending.push(doc.doc)
  }
}

function isSequence(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc)
}

/** Columns of a terminal: wide East Asian characters and emoji take two, combining marks none. Unicode Standard Annex 11. */
function lengthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += widthOf(character)
  return columns
}

function widthOf(character: string): number {
  if (NARROW.test(character)) return 0
  return WIDE.test(character) && !SINGLE.test(character) ? 2 : 1
}

const NARROW = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\u302e\u302f\u3164]/u
const SINGLE = /[\u3248-\u324f\u4dc0-\u4dff\u{1f1e6}-\u{1f1ff}]/u
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
