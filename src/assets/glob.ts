// Patterns of `.ic-assets.json5`: `*` and `?` stay inside a folder, `**` does not; `[ab]`, `[!a]`, `{one,two}`, `\` escapes.

/** The pattern as a regular expression over whole paths with slashes; undefined when a bracket or brace does not close. */
export function findGlobExpression(glob: string): RegExp | undefined {
  let source = ''
  let depth = 0
  for (let at = 0; at < glob.length; ) {
    const [piece, length] = translate(glob, at, depth)
    if (piece === undefined) return undefined
    if (piece === '(?:') depth++
    if (piece === ')') depth--
    source += piece
    at += length
  }
  return depth === 0 ? new RegExp(`^${source}$`, 'su') : undefined
}

/** The expression of what begins at a place, and how many characters it takes. */
function translate(glob: string, at: number, depth: number): readonly [string | undefined, number] {
  const character = String.fromCodePoint(glob.codePointAt(at)!)
  switch (character) {
    case '*':
      return translateStars(glob, at)
    case '?':
      return ['[^/]', 1]
    case '[':
      return translateClass(glob, at)
    case '{':
      return ['(?:', 1]
    case '}':
      return depth > 0 ? [')', 1] : [undefined, 1]
    case ',':
      return [depth > 0 ? '|' : ',', 1]
    case '\\':
      return at + 1 < glob.length ? [quote(glob[at + 1]!), 2] : [undefined, 1]
    default:
      return [quote(character), character.length]
  }
}

/** Two stars count only as a whole step of the path: any number of folders, none too, or everything below. */
function translateStars(glob: string, at: number): readonly [string, number] {
  const isStep = glob.startsWith('**', at) && (at === 0 || glob[at - 1] === '/')
  if (isStep && glob[at + 2] === '/') return ['(?:[^/]+/)*', 3]
  if (isStep && at + 2 === glob.length) return ['.+', 2]
  return glob.startsWith('**', at) ? ['[^/]*', 2] : ['[^/]*', 1]
}

function translateClass(glob: string, at: number): readonly [string | undefined, number] {
  const match = /^\[([!^]?)(\]?[^\]]*)\]/.exec(glob.slice(at))
  if (!match || match[2] === '') return [undefined, 1]
  return [`(?!/)[${match[1] ? '^' : ''}${match[2]!.replace(/[\\[\]^&~|]/g, '\\$&')}]`, match[0].length]
}

const quote = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
