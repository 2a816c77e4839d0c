/**
 * `executing`: what a careful replay is about to execute. When the process dies of it, the next start finds its name here.
 *
 *     executing = JSON {height, id, text}
 *
 * It is not synced: it must survive the process, not the machine.
 */

import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Subject} from './careful-rooms.js'

const fileOf = (stateFolder: string): string => join(stateFolder, 'executing')

export function noteExecuting(stateFolder: string, height: number, {id, text}: Subject): void {
  writeFileSync(fileOf(stateFolder), JSON.stringify({height, id, text}))
}

export function forgetExecuting(stateFolder: string): void {
  rmSync(fileOf(stateFolder), {force: true})
}

/** What was being executed at `height` when the process ended; undefined when that is not known. */
export function findExecuting(stateFolder: string, height: number): Subject | undefined {
  try {
    const note = JSON.parse(readFileSync(fileOf(stateFolder), 'utf8')) as Subject & {readonly height: number}
    return note.height === height ? {id: note.id, text: note.text} : undefined
  } catch {
    // None, or cut short by the end of the process: then this start notes it again.
    return undefined
  }
}
