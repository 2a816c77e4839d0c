/** The shape of a network in `networks.json` and under `networks` of dfx.json. */
import {
  anything,
  type Check,
  flag,
  integerBetween,
  listOf,
  mapOf,
  type ObjectOf,
  object,
  oneOf,
  port,
  principal,
  text,
  texts,
} from './schema.js'

const replicaShape = {port, subnet_type: oneOf('system', 'application', 'verifiedapplication'), log_level: text}

const networkShape = {
  providers: listOf(text),
  type: oneOf('ephemeral', 'persistent'),
  bind: text,
  replica: object(replicaShape),
  bitcoin: object({enabled: flag, nodes: listOf(text), log_level: text, canister_init_arg: text}),
  dogecoin: object({enabled: flag, nodes: listOf(text), log_level: text, canister_init_arg: text}),
  canister_http: object({enabled: flag, log_level: text}),
  proxy: object({domain: texts}),
  bootstrap: anything,
  /** Ours: how much of the past a local network keeps for replays, in MiB. */
  history_mb: integerBetween(0, 2 ** 32),
  playground: object({playground_canister: principal, timeout_seconds: integerBetween(0, Number.MAX_SAFE_INTEGER)}),
}

export type NetworkDefinition = ObjectOf<typeof networkShape>
export type NetworksJson = Readonly<Record<string, NetworkDefinition>>

/** A network; one with neither providers nor bind is local with the default address. */
export const network: Check<NetworkDefinition> = object(networkShape)
export const networksJson: Check<NetworksJson> = mapOf(network)
