/** The log of a network in the background: one file per start, the last few kept. */
import {existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync} from 'node:fs'
import {join} from 'node:path'
import type {LocalNetwork} from '../project/networks.js'

const KEPT_LOGS = 3

export function serverLogPath(network: LocalNetwork): string {
  return join(network.folder, 'icicle.log')
}

/** Moves `icicle.log` to `icicle.log.1` and so on, and gives a descriptor of a fresh one to append to. */
export function openServerLog(network: LocalNetwork): number {
  const file = serverLogPath(network)
  mkdirSync(network.folder, {recursive: true})
  for (let age = KEPT_LOGS - 1; age >= 0; age--) {
    const from = age === 0 ? file : `${file}.${age}`
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`)
  }
  return openSync(file, 'a')
}

/** Reads what was added to a file since the last call; complete lines only. */
export function followLines(file: string): () => string[] {
  const descriptor = openSync(file, 'r')
  let offset = 0
  let rest = Buffer.alloc(0)
  return () => {
    const size = fstatSync(descriptor).size
    const chunk = Buffer.alloc(Math.max(0, size - offset))
    offset += readSync(descriptor, chunk, 0, chunk.length, offset)
    const lines = Buffer.concat([rest, chunk]).toString('utf8').split('\n')
    rest = Buffer.from(lines.pop() ?? '')
    return lines
  }
}
