/** A network in the process of a test, with nothing on it and a clock that the test moves; gone when it is stopped. */

import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ActorSubclass, Identity} from '@dfinity/agent'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import type {Principal} from '@dfinity/principal'
import {toAgentPrincipal} from '../agent/ic-agent.js'
import {provisionalTopUpCanister} from '../agent/management.js'
import {encodeUtf8} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import {toAgentIdentity} from '../identity/agent-identity.js'
import {packageRoot} from '../io/program.js'
import {readBuiltCanister} from '../operations/built-module.js'
import {connectAgent} from '../operations/connect.js'
import type {ProjectContext} from '../operations/context.js'
import {type DeployOptions, deploy} from '../operations/deploy.js'
import {networkFolder} from '../project/canister-ids.js'
import {principalFromBytes} from '../protocol/principal.js'
import {LocalServer} from '../server/local-server.js'
import {type Funds, fundAccount} from './fund-account.js'
import {createActor} from './test-actor.js'
import {advanceClock, type Duration, restoreClock, toMilliseconds} from './test-clock.js'
import {createTestContext} from './test-context.js'

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

/** Their state at the start of a network. */
const LEDGERS = join(packageRoot(), 'templates', 'system-canisters', 'genesis.br')

/** Networks of this process: they share its clock. */
let running = 0

/** Takes about a third of a second. Throws TestProjectMissing. */
export async function startNetwork({project = process.cwd(), ledgers = false}: TestNetworkOptions = {}): Promise<TestNetwork> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'icicle-test-'))
  const abort = new AbortController()
  const fail = (error: unknown): never => {
    throw error
  }
  try {
    const server = await LocalServer.start({
      stateFolder,
      host: '127.0.0.1',
      port: 0,
      systemCanisters: ledgers ? LEDGERS : undefined,
      onFailure: fail,
    })
    running++
    const network = new TestNetwork(server, stateFolder, abort)
    try {
      network.open(project)
    } catch (error) {
      await network.stop()
      throw error
    }
    return network
  } catch (error) {
    rmSync(stateFolder, {recursive: true, force: true})
    throw error
  }
}

export class TestNetwork {
  /** Where agents reach it. */
  readonly url: string
  readonly #server: LocalServer
  readonly #stateFolder: string
  readonly #abort: AbortController
  #context: ProjectContext | undefined
  #isStopped = false

  constructor(server: LocalServer, stateFolder: string, abort: AbortController) {
    this.url = `http://${server.host}:${server.port}`
    this.#server = server
    this.#stateFolder = stateFolder
    this.#abort = abort
  }

  /** Finds the project. */
  open(folder: string): void {
    this.#context = createTestContext(folder, this.url, this.#abort.signal)
  }

  /** For agents of the test's own, DER. */
  get rootKey(): Uint8Array {
    return this.#server.node.keys.rootKeyDer
  }

  /** Creates, builds and installs a canister of the project and what it depends on. Gives an actor that calls as the deployer. */
  async deploy(name: string, {argument}: TestDeployOptions = {}): Promise<ActorSubclass> {
    await this.#deploy({target: name, mode: 'auto', argument: argument === undefined ? undefined : {text: argument, format: 'idl'}})
    return this.actor(name)
  }

  /** All canisters of the project. */
  async deployAll(): Promise<void> {
    await this.#deploy({target: undefined, mode: 'auto'})
  }

  /** Builds a canister again and upgrades it, also when its code has not changed. */
  async upgrade(name: string, {argument}: TestDeployOptions = {}): Promise<void> {
    const given = argument === undefined ? undefined : ({text: argument, format: 'idl'} as const)
    await this.#deploy({target: name, mode: 'upgrade', upgradeUnchanged: true, argument: given})
  }

  /** The id of a deployed canister; `String(…)` gives its text. */
  canisterId(name: string): Principal {
    return toAgentPrincipal(this.#project().canisterIds().get(name))
  }

  /** A canister as an object with its methods. Without an identity it is called as the deployer, who controls it. */
  async actor(name: string, identity?: Identity): Promise<ActorSubclass> {
    const context = this.#project()
    const candid = readBuiltCanister(context, name).candid ?? 'service : {}'
    const place = {url: this.url, rootKey: this.rootKey, canisterId: this.canisterId(name).toText(), candid}
    return createActor(place, identity ?? (await toAgentIdentity(context.identity())))
  }

  /** Somebody; the same name is the same principal in every run. */
  identity(name: string): Identity {
    return Ed25519KeyIdentity.generate(sha256(encodeUtf8(`icicle test identity ${name}`)))
  }

  /** What canisters see as the time. */
  now(): Date {
    return new Date(Date.now())
  }

  /** Moves the time forward, for the canisters and for `Date.now` of the test; timers that are due by then have run when this returns. */
  async advanceTime(duration: number | Duration): Promise<void> {
    advanceClock(toMilliseconds(duration))
    await this.tick()
    await this.tick()
  }

  /** Makes a block, which runs whatever waits. */
  async tick(): Promise<void> {
    await this.#server.node.makeBlock()
  }

  /** Gives cycles to a canister, out of nothing. */
  async addCycles(name: string, cycles: bigint): Promise<void> {
    const context = this.#project()
    await provisionalTopUpCanister(await connectAgent(context), context.canisterIds().get(name), cycles)
  }

  /** Gives ICP (in e8s) and cycles to an account; the network must have been started with `ledgers`. */
  async fund(owner: Principal, funds: Funds): Promise<void> {
    await fundAccount(this, principalFromBytes(owner.toUint8Array()), funds)
  }

  /** What a browser gets from a canister. */
  async fetch(name: string, path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.url)
    url.searchParams.set('canisterId', this.canisterId(name).toText())
    return fetch(url, init)
  }

  /** Ends the network and forgets it. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#abort.abort()
    await this.#server.stop()
    rmSync(this.#stateFolder, {recursive: true, force: true, maxRetries: 5})
    if (this.#context) rmSync(networkFolder(this.#context.project(), this.#context.network()), {recursive: true, force: true})
    if (--running === 0) restoreClock()
  }

  #project(): ProjectContext {
    return this.#context!
  }

  async #deploy(options: DeployOptions): Promise<void> {
    await deploy(this.#project(), {...options, isAssumed: true})
  }
}
