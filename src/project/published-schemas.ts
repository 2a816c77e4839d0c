/** The JSON schemas that `schema` publishes: made from the very checks that read the files. */

import {dfxJson} from './dfx-json.js'
import {dfxMetadata} from './dfx-json-canister.js'
import {extensionCatalog, extensionDependencies, extensionManifest} from './extension-json.js'
import {networksJson} from './networks-json.js'
import type {JsonSchema} from './schema.js'

const SCHEMAS = {
  dfx: {title: 'dfx.json', check: dfxJson},
  networks: {title: 'networks.json', check: networksJson},
  'dfx-metadata': {title: 'dfx metadata', check: dfxMetadata},
  'extension-manifest': {title: 'extension.json', check: extensionManifest},
  'extension-dependencies': {title: 'dependencies.json', check: extensionDependencies},
  'extension-catalog': {title: 'catalog.json', check: extensionCatalog},
} as const

export type SchemaName = keyof typeof SCHEMAS
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[]

export function publishedSchema(name: SchemaName): JsonSchema {
  const {title, check} = SCHEMAS[name]
  return {$schema: 'http://json-schema.org/draft-07/schema#', title, ...check.schema}
}
