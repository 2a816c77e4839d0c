/**
 * The imports of a Motoko source, found without a parser: `import` is a keyword, so outside comments, texts and characters every
 * occurrence begins an import, and the first text literal behind it is what is imported.
 *
 * Source: Motoko language manual, "Imports and URLs", "Lexical syntax".
 */

export type MotokoImport =
  /** A path beside the importing file, `.mo` left out or not. */
  | {readonly kind: 'file'; readonly path: string}
  /** `mo:NAME/PATH`; an empty path means the library `lib.mo`. */
  | {readonly kind: 'package'; readonly name: string; readonly path: string}
  /** `canister:NAME` */
  | {readonly kind: 'canister'; readonly name: string}
  /** `ic:ID` */
  | {readonly kind: 'id'; readonly id: string}
  /** What the compiler resolves alone: `mo:⛔`, `mo:prim`, `blob:…`. */
  | {readonly kind: 'other'; readonly url: string}

/** A comment, a text, a character, or a word; what none of them matches is skipped. */
const TOKEN = /\/\/[^\n]*|\/\*|"((?:[^"\\]|\\.)*)"|'(?:[^'\\\n]|\\[^\n']*)'|[A-Za-z_][A-Za-z0-9_]*/g
const COMMENT_EDGE = /\/\*|\*\//g

/** In the order of the text, duplicates included. */
export function findMotokoImports(source: string): MotokoImport[] {
  const imports: MotokoImport[] = []
  const token = new RegExp(TOKEN)
  let isImport = false
  for (let match = token.exec(source); match; match = token.exec(source)) {
    if (match[0] === '/*') token.lastIndex = skipComment(source, token.lastIndex)
    else if (match[0] === 'import') isImport = true
    else if (isImport && match[1] !== undefined) {
      imports.push(parseMotokoImport(match[1]))
      isImport = false
    }
  }
  return imports
}

/** Index behind the end of a block comment, which may contain others. */
function skipComment(source: string, start: number): number {
  const edge = new RegExp(COMMENT_EDGE)
  edge.lastIndex = start
  let depth = 1
  while (depth > 0) {
    const match = edge.exec(source)
    if (!match) return source.length
    depth += match[0] === '/*' ? 1 : -1
  }
  return edge.lastIndex
}

export function parseMotokoImport(url: string): MotokoImport {
  if (url.startsWith('canister:')) return {kind: 'canister', name: url.slice('canister:'.length)}
  if (url.startsWith('ic:')) return {kind: 'id', id: url.slice('ic:'.length)}
  if (url.startsWith('mo:')) return parsePackageUrl(url)
  if (/^[a-z]+:/.test(url)) return {kind: 'other', url}
  return {kind: 'file', path: url}
}

function parsePackageUrl(url: string): MotokoImport {
  const [name = '', ...path] = url.slice('mo:'.length).split('/')
  if (!/^[A-Za-z_]/.test(name) || name === 'prim') return {kind: 'other', url}
  return {kind: 'package', name, path: path.join('/')}
}
