/** Writes a result to the file that an option names, relative to the working folder. */

import {resolve} from 'node:path'
import {writeText} from '../io/files.js'

export function writeOutput(file: string, text: string): void {
  writeText(resolve(file), text)
}
