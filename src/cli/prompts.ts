/** Questions to the user. Without an answer (end of input) the answer is no. */
import {createInterface} from 'node:readline/promises'
import {IcicleError} from '../base/errors.js'

/** Shows a warning and asks `Do you want to proceed? yes/No`: true for `y` or `yes` in any case. */
export async function askConsent(warning: string): Promise<boolean> {
  process.stderr.write(`WARNING!\n${warning}\nDo you want to proceed? yes/No\n`)
  const answer = await readLine()
  return /^\s*y(es)?\s*$/i.test(answer ?? '')
}

/** Whether somebody sits at the terminal: never in CI. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI
}

/** Shows a question and gives the line that is typed. Throws InputEnded. */
export async function askLine(question: string): Promise<string> {
  process.stderr.write(question)
  const line = await readLine()
  if (line === undefined) throw new InputEnded()
  return line
}

export class InputEnded extends IcicleError {
  readonly code = 'INPUT_ENDED'
  constructor() {
    super('The input ended before the question was answered.')
  }
}

/** One line of standard input, or undefined at its end. */
async function readLine(): Promise<string | undefined> {
  const lines = createInterface({input: process.stdin})
  try {
    for await (const line of lines) return line
    return undefined
  } finally {
    lines.close()
  }
}
