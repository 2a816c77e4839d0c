/** Colour on a terminal, unless NO_COLOR is set. */

const RED = '\u001b[31m'
const RESET = '\u001b[0m'

export function paintError(text: string): string {
  return process.stderr.isTTY && !process.env.NO_COLOR ? `${RED}${text}${RESET}` : text
}
