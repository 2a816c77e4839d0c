/**
 * The beginning of a local network: a random seed, and everything that follows from it: keys, ids, the registry.
 *
 * One subnet that is its own root. Whoever can read the seed can forge certificates of this network, and of nothing else.
 */

import {randomBytes} from 'node:crypto'
import {copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fromHex, toHex} from '../../base/bytes.js'
import {encodePublicKey, selfAuthenticatingId} from '../../protocol/der.js'
import {canisterIdFromNumber, type SubnetId} from '../../protocol/principal.js'
import type {CommitteePublicKeys, ThresholdKeys} from '../consensus/threshold-crypto.js'
import {BLS_ORDER, blsPublicKey} from '../crypto/bls.js'
import {deriveBytes, deriveScalar, type Ed25519Key, ed25519KeyFromSeed} from '../crypto/keys.js'
import {getSubnet} from '../registry/ranges.js'
import type {Registry, SubnetRecord} from '../registry/subnet-record.js'
import {GenesisDamaged, SystemCanistersMissing} from './errors.js'

/** What is on disk; the version is that of this file's shape. */
interface GenesisFile {
  readonly version: 1
  readonly seed: string
  /** Nanoseconds since 1970, as text. */
  readonly createdAtNs: string
  /** The network began with the system canisters of the image beside this file. */
  readonly hasSystemCanisters?: boolean
}

export interface Genesis {
  /** 32 random bytes. */
  readonly seed: Uint8Array
  readonly createdAtNs: bigint
  /** Image of the system canisters that the network began with. */
  readonly systemCanisters?: string | undefined
}

/** Secrets and ids that follow from the seed. `initBls` must have been awaited. */
export interface GenesisKeys {
  readonly seed: Uint8Array
  readonly node: Ed25519Key
  /** Signs state roots and catch-up packages. */
  readonly subnetSecret: Uint8Array
  /** Signs random beacon and random tape. */
  readonly randomnessSecret: Uint8Array
  readonly subnetId: SubnetId
  /** DER, 133 bytes. */
  readonly rootKeyDer: Uint8Array
  readonly registry: Registry
}

const FILE = 'genesis.json'
/** A copy, so that a newer icicle replays the network with the canisters it began with. */
const SYSTEM_CANISTERS_FILE = 'system-canisters.br'

/** First and last number of the ids that new canisters get: those of dfx's local networks. */
const ALLOCATION = {first: 0x8000_0000_0010_0000n, last: 0x8000_0000_001f_ffffn}
/** Ids below are hosted too, so that canisters can be created at their ids of the main network. */
const LAST_SPECIFIED = 0x7fff_ffff_ffff_ffffn
/** Prices are those of an application subnet of 13 nodes. */
const FEE_NODE_COUNT = 13
const SECOND_NS = 1_000_000_000n

export interface GenesisOptions {
  readonly nowNs: () => bigint
  /** Image of the system canisters, when the network is to have them. */
  readonly systemCanisters?: string | undefined
}

/** Reads the genesis of a network, or makes one. Throws GenesisDamaged, SystemCanistersMissing. */
export function loadGenesis(stateFolder: string, {nowNs, systemCanisters}: GenesisOptions): Genesis {
  const file = join(stateFolder, FILE)
  if (!existsSync(file)) return createGenesis(stateFolder, nowNs(), systemCanisters)
  const {seed, createdAtNs, hasSystemCanisters} = readGenesis(file)
  if (systemCanisters !== undefined && !hasSystemCanisters) throw new SystemCanistersMissing()
  return {
    seed: fromHex(seed),
    createdAtNs: BigInt(createdAtNs),
    ...(hasSystemCanisters && {systemCanisters: join(stateFolder, SYSTEM_CANISTERS_FILE)}),
  }
}

function readGenesis(file: string): GenesisFile {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as GenesisFile
    if (content.version === 1 && /^[0-9a-f]{64}$/.test(content.seed) && /^\d+$/.test(content.createdAtNs)) return content
  } catch (cause) {
    throw new GenesisDamaged(file, cause)
  }
  throw new GenesisDamaged(file)
}

function createGenesis(stateFolder: string, createdAtNs: bigint, image: string | undefined): Genesis {
  mkdirSync(stateFolder, {recursive: true})
  const seed = new Uint8Array(randomBytes(32))
  const systemCanisters = image && join(stateFolder, SYSTEM_CANISTERS_FILE)
  if (systemCanisters !== undefined) copyFileSync(image!, systemCanisters)
  const content: GenesisFile = {
    version: 1,
    seed: toHex(seed),
    createdAtNs: String(createdAtNs),
    ...(systemCanisters !== undefined && {hasSystemCanisters: true}),
  }
  const file = join(stateFolder, FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, {mode: 0o600, flush: true} as object)
  renameSync(`${file}.new`, file)
  return {seed, createdAtNs, systemCanisters}
}

export function deriveGenesisKeys({seed}: Genesis): GenesisKeys {
  const node = ed25519KeyFromSeed(deriveBytes(seed, 'node signing key', Uint8Array.of(0)))
  const subnetSecret = deriveScalar(BLS_ORDER, seed, 'subnet threshold key')
  const rootKeyDer = encodePublicKey({algorithm: 'bls', key: blsPublicKey(subnetSecret)})
  const subnetId = selfAuthenticatingId(rootKeyDer)
  const subnet: SubnetRecord = {
    subnetId,
    type: 'application',
    publicKeyDer: rootKeyDer,
    nodes: [{nodeId: node.id, publicKeyDer: node.publicKeyDer}],
    canisterRanges: [aRange(0n, LAST_SPECIFIED), aRange(ALLOCATION.first, ALLOCATION.last)],
    allocationRange: aRange(ALLOCATION.first, ALLOCATION.last),
    feeNodeCount: FEE_NODE_COUNT,
    hasFreeInstallRate: true,
    initialNotaryDelayNs: 0n,
    unitDelayNs: SECOND_NS,
    dkgIntervalLength: 499,
  }
  return {
    seed,
    node,
    subnetSecret,
    randomnessSecret: deriveScalar(BLS_ORDER, seed, 'randomness threshold key'),
    subnetId,
    rootKeyDer,
    registry: {version: 1, rootSubnetId: subnetId, subnets: new Map([[subnetId, subnet]])},
  }
}

const aRange = (first: bigint, last: bigint) => ({first: canisterIdFromNumber(first), last: canisterIdFromNumber(last)})

/** The keys of a subnet of one node: its shares are the secrets themselves. */
export function thresholdKeysOf({node, registry, subnetId, subnetSecret, randomnessSecret}: GenesisKeys): ThresholdKeys {
  const alone = (secret: Uint8Array): CommitteePublicKeys => {
    const publicKey = blsPublicKey(secret)
    return {publicKey, sharePublicKeys: [publicKey]}
  }
  return {
    nodes: getSubnet(registry, subnetId).nodes,
    nodeKey: node,
    committees: {low: alone(randomnessSecret), high: alone(subnetSecret)},
    secretShares: {low: randomnessSecret, high: subnetSecret},
  }
}
