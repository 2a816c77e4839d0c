/** The order of names: that of their UTF-8 bytes, which is that of their code points. */

import {compareBytes, encodeUtf8} from '../base/bytes.js'

export function compareText(a: string, b: string): number {
  return a === b ? 0 : compareBytes(encodeUtf8(a), encodeUtf8(b))
}
