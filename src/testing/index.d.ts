/** What the tests of a project import: a network in the test's own process. */

import type {ActorSubclass, Identity} from '@dfinity/agent'
import type {Principal} from '@dfinity/principal'

export interface TestNetworkOptions {
  /** A folder of the project; default: the current one. */
  readonly project?: string
  /** With the ledgers of ICP and cycles and the cycles minting canister, under their ids of the main network. */
  readonly ledgers?: boolean
}

export interface TestDeployOptions {
  /** Init argument, as Candid text. */
  readonly argument?: string
}

export interface Duration {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
}

/** Starts a network with nothing on it. */
export declare function startNetwork(options?: TestNetworkOptions): Promise<TestNetwork>

export declare class TestNetwork {
  /** Where agents reach it. */
  readonly url: string
  /** For agents of the test's own, DER. */
  readonly rootKey: Uint8Array
  /** Creates, builds and installs a canister of the project and what it depends on. */
  deploy(name: string, options?: TestDeployOptions): Promise<ActorSubclass>
  /** All canisters of the project. */
  deployAll(): Promise<void>
  /** Builds a canister again and upgrades it, also when its code has not changed. */
  upgrade(name: string, options?: TestDeployOptions): Promise<void>
  /** The id of a deployed canister; `String(…)` gives its text. */
  canisterId(name: string): Principal
  /** A canister as an object with its methods; without an identity it is called as the deployer, who controls it. */
  actor(name: string, identity?: Identity): Promise<ActorSubclass>
  /** Somebody; the same name is the same principal in every run. */
  identity(name: string): Identity
  /** What canisters see as the time. */
  now(): Date
  /** Moves the time forward, for the canisters and for `Date.now` of the test. A number counts milliseconds. */
  advanceTime(duration: number | Duration): Promise<void>
  /** Makes a block, which runs whatever waits. */
  tick(): Promise<void>
  /** Gives cycles to a canister, out of nothing. */
  addCycles(name: string, cycles: bigint): Promise<void>
  /** Gives ICP (in e8s) and cycles to an account; the network must have been started with `ledgers`. */
  fund(owner: Principal, funds: {readonly icp?: bigint; readonly cycles?: bigint}): Promise<void>
  /** What a browser gets from a canister. */
  fetch(name: string, path: string, init?: RequestInit): Promise<Response>
  /** Ends the network and forgets it. */
  stop(): Promise<void>
}
