/** Shows the findings of a compiler with the source line they concern. */

import type {Diagnostic} from './artifact.js'

/** Longest part of a line that is shown; longer lines are cut around the finding. */
const LINE_LIMIT = 120

/**
 * ```
 * src/main.mo:3:17: type error [M0050], literal of type Text does not have expected type Nat
 *   3 |   let x : Nat = "a"
 *     |                 ^^^
 * ```
 * The source line is left out when the text is not known.
 */
export function renderDiagnostic(diagnostic: Diagnostic, source?: string): string {
  const {file, range} = diagnostic
  const head = `${file}:${range.start.line}:${range.start.column}: ${renderKind(diagnostic)}, ${diagnostic.message.trimEnd()}`
  const line = source?.split('\n')[range.start.line - 1]?.trimEnd()
  return line ? `${head}\n${renderLine(diagnostic, line)}` : head
}

/** `type error [M0050]`, `warning [M0194]` */
function renderKind({severity, category, code}: Diagnostic): string {
  const name = severity === 'error' && category !== '' ? `${category} error` : severity
  return code === '' ? name : `${name} [${code}]`
}

function renderLine({range}: Diagnostic, line: string): string {
  const {start, end} = range
  const first = Math.max(0, start.column - 1)
  const last = end.line === start.line ? Math.max(first + 1, end.column - 1) : line.length
  const from = first > LINE_LIMIT - 20 ? first - 20 : 0
  const shown = line.slice(from, from + LINE_LIMIT)
  // Tabs stay tabs under the line, so that the caret stands right at any tab width.
  const indent = shown.slice(0, first - from).replace(/[^\t]/g, ' ')
  const carets = '^'.repeat(Math.max(1, Math.min(last, from + LINE_LIMIT) - first))
  const number = String(start.line)
  return `  ${number} | ${shown}\n  ${' '.repeat(number.length)} | ${indent}${carets}`
}
