/** Questions to the user. Without an answer (end of input) the answer is no. */
import {createInterface} from 'node:readline/promises'

/** Shows a warning and asks `Do you want to proceed? yes/No`: true for `y` or `yes` in any case. */
export async function askConsent(warning: string): Promise<boolean> {
  process.stderr.write(`WARNING!\n${warning}\nDo you want to proceed? yes/No\n`)
  const answer = await readLine()
  return /^\s*y(es)?\s*$/i.test(answer ?? '')
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
