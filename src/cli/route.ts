/** From the words of the line to a command. Global and network flags may stand before, between and after the command's words. */
import {LEADING_VALUE_FLAGS} from './flags.js'

export type Route =
  | {readonly kind: 'command'; readonly id: string; readonly argv: readonly string[]}
  | {readonly kind: 'help'; readonly words: readonly string[]}
  | {readonly kind: 'version'}
  /** A word that is no command; the group is '' at the top. */
  | {
      readonly kind: 'unknown'
      readonly group: string
      readonly word: string
      readonly known: readonly string[]
      readonly rest: readonly string[]
    }
  /** Only the words of a group, or nothing at all. */
  | {readonly kind: 'incomplete'; readonly words: readonly string[]}

const HELP_FLAGS = ['--help', '-h']
const VERSION_FLAGS = ['--version', '-V']

/** @param commandIds with `:` between words, e.g. `identity:new`. */
export function route(argv: readonly string[], commandIds: readonly string[]): Route {
  const {words, flags, rest} = splitLine(argv, commandIds)
  const id = words.join(':')
  if (words[0] === 'help') return {kind: 'help', words: rest}
  if (beforeDashes([...flags, ...rest]).some((token) => HELP_FLAGS.includes(token))) return {kind: 'help', words}
  if (words.length === 0 && VERSION_FLAGS.some((name) => flags.includes(name))) return {kind: 'version'}
  if (commandIds.includes(id)) return {kind: 'command', id, argv: [...flags, ...rest]}
  const [word] = rest
  if (word === undefined) return {kind: 'incomplete', words}
  return {kind: 'unknown', group: words.join(' '), word, known: nextWords(words, commandIds), rest: [...rest, ...flags]}
}

/** The command's words, the flags among and before them, and what follows. */
function splitLine(argv: readonly string[], commandIds: readonly string[]) {
  const words: string[] = []
  const flags: string[] = []
  let at = 0
  for (; at < argv.length; at++) {
    const token = argv[at]!
    if (token === '--') break
    if (token.startsWith('-')) {
      flags.push(token)
      if (LEADING_VALUE_FLAGS.includes(token) && at + 1 < argv.length) flags.push(argv[++at]!)
      continue
    }
    const isHelp = words.length === 0 && token === 'help'
    if (!isHelp && !nextWords(words, commandIds).includes(token)) break
    words.push(token)
    if (isHelp || nextWords(words, commandIds).length === 0) {
      at++
      break
    }
  }
  return {words, flags, rest: argv.slice(at)}
}

/** The words that may follow, sorted. */
export function nextWords(words: readonly string[], commandIds: readonly string[]): string[] {
  const prefix = words.map((word) => `${word}:`).join('')
  const next = commandIds.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length).split(':')[0]!)
  return [...new Set(next)].sort()
}

function beforeDashes(tokens: readonly string[]): readonly string[] {
  const end = tokens.indexOf('--')
  return end < 0 ? tokens : tokens.slice(0, end)
}

/** The known word nearest to a mistyped one, or undefined when none is near. */
export function findSimilar(word: string, known: readonly string[]): string | undefined {
  const [best] = known.map((name) => ({name, distance: editDistance(word, name)})).sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.ceil(word.length / 3) ? best.name : undefined
}

/** Letters to insert, remove or change, by the usual table, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
