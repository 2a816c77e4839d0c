/** Reads the files of a zip archive, as Python packages (wheels) are. Source: PKWARE, "APPNOTE.TXT". */

import {inflateRawSync} from 'node:zlib'
import {BuildCommandFailed} from '../errors.js'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const END_SIZE = 22
const DEFLATED = 8
/** Larger is no package of Python sources. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Path → content. Throws BuildCommandFailed for a damaged archive. */
export function unzip(archive: Buffer, name: string): Map<string, Buffer> {
  const damaged = (): never => {
    throw new BuildCommandFailed(`The archive '${name}' is damaged.`)
  }
  let end = archive.length - END_SIZE
  while (end >= 0 && archive.readUInt32LE(end) !== END) end--
  if (end < 0) damaged()
  const files = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== CENTRAL) damaged()
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [number, number, number]
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength)
    if (!path.endsWith('/')) files.set(path, readEntry(archive, at) ?? damaged())
    at += 46 + nameLength + extra + comment
  }
  return files
}

/** The content behind one entry of the directory; undefined when it does not lie in the archive. */
function readEntry(archive: Buffer, at: number): Buffer | undefined {
  const method = archive.readUInt16LE(at + 10)
  const [packed, size, local] = [20, 24, 42].map((offset) => archive.readUInt32LE(at + offset)) as [number, number, number]
  if (local + 30 > archive.length || size > MAX_FILE_BYTES) return undefined
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const content = archive.subarray(start, start + packed)
  if (content.length < packed) return undefined
  const bytes = method === DEFLATED ? inflateRawSync(content, {maxOutputLength: MAX_FILE_BYTES}) : Buffer.from(content)
  return bytes.length === size ? bytes : undefined
}
