/** The rooms of `src/`, as data: who may import whom, which are pure. ARCHITECTURE.md shows the same tables in words. */

export interface Room {
  /** Rooms it may import, besides itself. */
  readonly imports: readonly string[]
  /** Pure: deterministic and synchronous, no clock, no randomness, no I/O. */
  readonly pure?: true
  /** npm packages and `node:` modules it may import; in a pure room only what is deterministic. */
  readonly packages?: readonly string[]
}

const VOCABULARY = ['base', 'protocol', 'candid', 'wasm']

/** Everything the replica is made of, seen from outside. */
const tool: Record<string, Room> = {
  commands: {imports: ['cli', 'operations', 'identity', 'network', 'project', ...VOCABULARY]},
  cli: {imports: ['operations', 'project', 'network', 'identity', 'io', ...VOCABULARY]},
  // `cost` prints from the very table that the replica charges by.
  operations: {imports: ['builders', 'assets', 'network', 'identity', 'agent', 'project', 'io', 'replica/cycles', ...VOCABULARY]},
  testing: {imports: ['operations', 'identity', 'network', 'agent', 'project', 'server', 'io', ...VOCABULARY]},
  builders: {imports: ['project', 'io', ...VOCABULARY]},
  assets: {imports: ['agent', 'project', 'io', ...VOCABULARY]},
  // Snapshots are taken of a stopped network too: the store knows which of its files never change.
  network: {imports: ['project', 'io', 'replica/store', ...VOCABULARY]},
  identity: {imports: ['project', 'io', ...VOCABULARY]},
  // The replica's BLS verifies a certificate in 3 ms; the library's own takes 250 ms at its first.
  agent: {imports: ['io', 'replica/crypto', ...VOCABULARY]},
  project: {imports: ['io', ...VOCABULARY]},
  server: {imports: ['gateway', 'pages', 'replica/node', 'io', ...VOCABULARY]},
  gateway: {imports: ['io', ...VOCABULARY]},
  pages: {imports: ['io', ...VOCABULARY]},
  io: {imports: ['base']},
}

const vocabulary: Record<string, Room> = {
  candid: {imports: ['protocol', 'base'], pure: true},
  wasm: {imports: ['base'], pure: true},
  protocol: {imports: ['base'], pure: true},
  base: {imports: [], pure: true, packages: ['node:crypto']},
}

const inReplica = (...rooms: string[]): string[] => [...rooms.map((room) => `replica/${room}`), ...VOCABULARY]

/** All of `src/replica/` below `node/`. */
const REPLICA_ROOMS = [
  'http',
  'store',
  'adapters',
  'consensus',
  'ingress',
  'xnet',
  'messaging',
  'execution',
  'management',
  'canister',
  'system-api',
  'embedder',
  'certification',
  'cycles',
  'state',
  'registry',
  'crypto',
]

const replica: Record<string, Room> = {
  'replica/node': {imports: [...inReplica(...REPLICA_ROOMS), 'io']},
  'replica/http': {imports: VOCABULARY},
  'replica/store': {imports: [...inReplica('consensus', 'state'), 'io']},
  'replica/adapters': {imports: [...inReplica('consensus', 'state'), 'io']},
  'replica/consensus': {imports: inReplica('ingress', 'xnet', 'messaging', 'certification', 'crypto', 'registry'), pure: true},
  'replica/ingress': {imports: inReplica('execution', 'messaging', 'certification', 'cycles', 'crypto', 'state', 'registry'), pure: true},
  'replica/xnet': {imports: inReplica('execution', 'messaging', 'certification', 'cycles', 'crypto', 'state', 'registry'), pure: true},
  'replica/messaging': {imports: inReplica('execution', 'cycles', 'state', 'registry'), pure: true},
  'replica/execution': {imports: inReplica('management', 'canister', 'cycles', 'state', 'registry'), pure: true},
  'replica/management': {imports: inReplica('canister', 'cycles', 'state', 'crypto', 'registry'), pure: true},
  'replica/canister': {imports: inReplica('system-api', 'embedder', 'cycles', 'state'), pure: true},
  'replica/system-api': {imports: inReplica('embedder', 'cycles', 'state'), pure: true},
  'replica/embedder': {imports: inReplica('state'), pure: true},
  'replica/certification': {imports: inReplica('state', 'registry', 'crypto'), pure: true},
  'replica/cycles': {imports: inReplica('state', 'registry'), pure: true},
  'replica/state': {imports: inReplica(), pure: true},
  'replica/registry': {imports: inReplica(), pure: true},
  'replica/crypto': {imports: inReplica(), pure: true, packages: ['node:crypto', 'mcl-wasm', '@noble/curves', '@noble/hashes']},
}

export const rooms: Record<string, Room> = {...tool, ...vocabulary, ...replica}

/** What a pure room may take from `node:crypto`: synchronous, deterministic functions. */
export const PURE_CRYPTO = [
  'hash',
  'createHash',
  'createHmac',
  'verify',
  'sign',
  'createPublicKey',
  'createPrivateKey',
  'createCipheriv',
  'createDecipheriv',
  'hkdfSync',
  'ECDH',
  'KeyObject',
  'Hash',
]

/** Files of pure rooms that may contain one named effect, with the reason. */
export const ALLOWED_EFFECTS: Record<string, string> = {
  'replica/crypto/bls.ts': 'the WebAssembly of the pairing library is instantiated asynchronously, once, at start',
}
