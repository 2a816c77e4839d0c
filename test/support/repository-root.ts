/** The folder of package.json, from wherever the test runs. */

import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const find = (folder: string): string => (existsSync(join(folder, 'package.json')) ? folder : find(dirname(folder)))

export const repositoryRoot = find(dirname(fileURLToPath(import.meta.url)))
