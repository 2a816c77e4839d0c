/** Media types by file extension. Source: IANA media types. */

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  apng: 'image/apng',
  avif: 'image/avif',
  bmp: 'image/bmp',
  cjs: 'text/javascript',
  css: 'text/css',
  csv: 'text/csv',
  did: 'text/plain',
  eot: 'application/vnd.ms-fontobject',
  epub: 'application/epub+zip',
  flac: 'audio/flac',
  gif: 'image/gif',
  glb: 'model/gltf-binary',
  gltf: 'model/gltf+json',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/x-icon',
  ics: 'text/calendar',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  json5: 'application/json5',
  jsonld: 'application/ld+json',
  jxl: 'image/jxl',
  m4a: 'audio/m4a',
  map: 'application/json',
  md: 'text/markdown',
  mid: 'audio/midi',
  mjs: 'text/javascript',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  ogv: 'video/ogg',
  otf: 'font/otf',
  pdf: 'application/pdf',
  png: 'image/png',
  rss: 'application/rss+xml',
  rtf: 'text/rtf',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  toml: 'text/x-toml',
  ts: 'video/vnd.dlna.mpeg-tts',
  ttf: 'font/ttf',
  txt: 'text/plain',
  wasm: 'application/wasm',
  wav: 'audio/wav',
  weba: 'audio/webm',
  webm: 'video/webm',
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
  xhtml: 'application/xhtml+xml',
  xml: 'text/xml',
  yaml: 'text/x-yaml',
  yml: 'text/x-yaml',
  zip: 'application/zip',
}

const UNKNOWN = 'application/octet-stream'

/** Of a path with slashes; the case of the extension does not matter. */
export function mediaTypeOf(path: string): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase()
  return extension !== undefined && Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension]! : UNKNOWN
}

/** Whether compression is tried unless a rule says otherwise. */
export function isCompressible(mediaType: string): boolean {
  return mediaType.startsWith('text/') || /\/(?:javascript|html)$/.test(mediaType)
}
