/** The files of dfx extensions: manifest, catalogue, and which version goes with which dfx. */

import {anything, flag, integerBetween, listOf, mapOf, type ObjectOf, object, text} from './schema.js'

const argumentShape = object({about: text, long: text, short: text, multiple: flag, values: anything})
const subcommand = object({about: text, args: mapOf(argumentShape), subcommands: anything})

const manifestShape = {
  name: text,
  version: text,
  homepage: text,
  authors: text,
  summary: text,
  categories: listOf(text),
  keywords: listOf(text),
  description: text,
  subcommands: mapOf(subcommand),
  dependencies: mapOf(text),
  canister_type: object({evaluation_order: listOf(text), defaults: mapOf(anything)}),
  project_templates: anything,
  download_url_template: text,
}

export type ExtensionManifest = ObjectOf<typeof manifestShape>

/** `extension.json` */
export const extensionManifest = object(manifestShape)
/** `catalog.json`: name → URL of the manifest. */
export const extensionCatalog = mapOf(text)
/** `dependencies.json`: version → `{dfx: {version: range}}`. */
export const extensionDependencies = mapOf(mapOf(anything))

/** `config.json` of the user. */
export const configJson = object({telemetry: text, schema: integerBetween(0, 1)})
