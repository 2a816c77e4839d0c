/** CRC-32 as in gzip and PNG (polynomial 0xedb88320, reflected). */

const TABLE = Uint32Array.from({length: 256}, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

export function crc32(bytes: Uint8Array): number {
  let checksum = 0xffffffff
  for (let i = 0; i < bytes.length; i++) checksum = TABLE[(checksum ^ bytes[i]!) & 0xff]! ^ (checksum >>> 8)
  return (checksum ^ 0xffffffff) >>> 0
}
