/** The shape of `dfx.json`: which fields there are and what each may hold. Fields that dfx does not know are left alone. */
import type {DfxCanister} from './dfx-json-canister.js'
import {canister} from './dfx-json-canister.js'
import type {Mistake} from './errors.js'
import {type NetworkDefinition, network} from './networks-json.js'
import {anything, inspect, integerBetween, mapOf, object, oneOf, text} from './schema.js'

const MAX_CONFIG_VERSION = 1

export interface DfxJson {
  readonly version?: number | undefined
  readonly dfx?: string | undefined
  readonly profile?: 'Debug' | 'Release' | undefined
  readonly canisters?: Readonly<Record<string, DfxCanister>> | undefined
  readonly defaults?:
    | {readonly build?: {readonly packtool?: string | undefined; readonly args?: string | undefined} | undefined}
    | undefined
  readonly networks?: Readonly<Record<string, NetworkDefinition>> | undefined
  readonly output_env_file?: string | undefined
}

export const dfxJson = object({
  version: integerBetween(1, MAX_CONFIG_VERSION),
  dfx: text,
  profile: oneOf('Debug', 'Release'),
  canisters: mapOf(canister),
  defaults: object({
    build: object({packtool: text, args: text}),
    replica: anything,
    bitcoin: anything,
    dogecoin: anything,
    canister_http: anything,
    proxy: anything,
    bootstrap: anything,
  }),
  networks: mapOf(network),
  output_env_file: text,
})

/** Checks a parsed file; `mistakes` holds everything that is wrong with it. */
export function inspectDfxJson(value: unknown): {readonly value: DfxJson | undefined; readonly mistakes: readonly Mistake[]} {
  return inspect(dfxJson, value)
}
