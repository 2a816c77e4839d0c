/** Asks for a secret: on a terminal what is typed is not shown; elsewhere one line of standard input is taken. */
import {readSync} from 'node:fs'
import {errorCode} from './files.js'

const ENTER = ['\r', '\n', '\u0004']
const BACKSPACE = ['\u007f', '\b']
const CTRL_C = '\u0003'
const EXIT_INTERRUPTED = 130

/** Waits for the answer; the prompt goes to standard error. Empty at the end of the input. */
export function readPassphrase(prompt: string): string {
  process.stderr.write(prompt)
  if (!process.stdin.isTTY) return readLine(() => {})
  process.stdin.setRawMode(true)
  try {
    return readLine((character) => {
      if (character === CTRL_C) process.exit(EXIT_INTERRUPTED)
    })
  } finally {
    process.stdin.setRawMode(false)
    process.stdin.unref()
    process.stderr.write('\n')
  }
}

function readLine(watch: (character: string) => void): string {
  const bytes: number[] = []
  for (;;) {
    const byte = readByte()
    const character = byte === undefined ? '\n' : String.fromCharCode(byte)
    watch(character)
    if (ENTER.includes(character)) return Buffer.from(bytes).toString('utf8')
    if (process.stdin.isTTY && BACKSPACE.includes(character)) removeCharacter(bytes)
    else bytes.push(byte!)
  }
}

/** Takes back the last character, all bytes of it. */
function removeCharacter(bytes: number[]): void {
  while (((bytes.pop() ?? 0) & 0xc0) === 0x80);
}

/** Undefined at the end of the input. */
function readByte(): number | undefined {
  const byte = Buffer.alloc(1)
  for (;;) {
    try {
      return readSync(0, byte, 0, 1, null) === 0 ? undefined : byte[0]
    } catch (error) {
      if (errorCode(error) === 'EOF') return undefined
      if (errorCode(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
