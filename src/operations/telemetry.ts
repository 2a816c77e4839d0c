/** The `telemetry` setting of dfx, kept for scripts that set it. icicle sends nothing, whatever it says. */

import {findText, writeJson} from '../io/files.js'
import {ConfigInvalid} from '../project/errors.js'
import {configJson} from '../project/extension-json.js'
import {parseJson} from '../project/json-text.js'
import {configJsonPath, type Places} from '../project/places.js'
import {inspect} from '../project/schema.js'

export const TELEMETRY_STATES = ['on', 'off', 'local'] as const

/** `off` where nothing is set. Throws ConfigInvalid. */
export function readTelemetry(places: Places): string {
  return String(readConfig(places).telemetry ?? 'off')
}

export function setTelemetry(places: Places, telemetry: string): void {
  writeJson(configJsonPath(places), {...readConfig(places), telemetry})
}

function readConfig(places: Places): Readonly<Record<string, unknown>> {
  const file = configJsonPath(places)
  const text = findText(file)
  if (text === undefined) return {}
  const json = parseJson(text, file)
  const {mistakes} = inspect(configJson, json)
  if (mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return json as Readonly<Record<string, unknown>>
}
