/** A local network under load that is killed at random moments and started again: what clients were promised must hold. */

import assert from 'node:assert/strict'
import {toHex} from '../../src/base/bytes.js'
import {decodeCertificate, verifyCertificate} from '../../src/protocol/certificate.js'
import {lookup, toPath} from '../../src/protocol/hash-tree.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {initBls, verifyBls} from '../../src/replica/crypto/bls.js'
import {createCanister, createTestAgent, installCode} from './agent-client.js'
import {counterWasm, readCounter} from './counter-wasm.js'
import {startLocalNetwork} from './local-network.js'
import {envelopeOf, methodContent, readMap, requestIdOf, send, TestKey} from './raw-http.js'
import {replayState} from './replay-state.js'

const CLIENTS = 8
const MAX_LOAD_MS = 400
/** One kill of so many hits the start. */
const KILLS_OF_A_START = 5

export interface KillPlan {
  readonly stateFolder: string
  readonly kills: number
  readonly random: () => number
  /** Planted bug: what is done to the state after each kill. */
  readonly sabotage?: (stateFolder: string) => void
}

export interface KillReport {
  readonly answered: number
  readonly heights: number
}

/** A call of `inc`: the same bytes are sent until somebody certifies an answer. */
interface Message {
  readonly id: Uint8Array
  readonly body: Uint8Array
  /** What the counter was after it, as certified. */
  reply: bigint | undefined
}

class Load {
  readonly messages: Message[] = []
  readonly #key = new TestKey()
  #isStopped = false

  constructor(
    readonly counter: CanisterId,
    readonly rootKeyDer: Uint8Array,
  ) {}

  /** Runs until `stop`. First come the messages of earlier lives that nobody has answered. */
  async run(url: string): Promise<void> {
    this.#isStopped = false
    const open = this.messages.filter(({reply}) => reply === undefined)
    await Promise.all(
      Array.from({length: CLIENTS}, async () => {
        while (!this.#isStopped) await this.#deliver(url, open.pop() ?? this.#create())
      }),
    )
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Sends what is still open until all of it is answered. */
  async finish(url: string): Promise<void> {
    this.#isStopped = false
    for (const message of this.messages) if (message.reply === undefined) await this.#deliver(url, message)
  }

  #create(): Message {
    const content = methodContent('call', this.counter, 'inc', {arg: new Uint8Array(), from: this.#key.principal, ingress_expiry: expiry()})
    const message = {id: requestIdOf(content), body: envelopeOf(content, this.#key), reply: undefined}
    this.messages.push(message)
    return message
  }

  async #deliver(url: string, message: Message): Promise<void> {
    while (!this.#isStopped) {
      // Killed: the process that asks does not know what became of it.
      const answer = await send(`${url}/api/v4/canister/${principalToText(this.counter)}/call`, message.body).catch(() => undefined)
      if (!answer) return
      // 202: it is on its way already.
      if (answer.status === 202) continue
      assert.equal(answer.status, 200, answer.text)
      const certificate = readMap(answer).get('certificate')
      assert.ok(certificate instanceof Uint8Array, 'the call is answered without a certificate')
      message.reply = this.#verify(certificate, message.id)
      return
    }
  }

  #verify(bytes: Uint8Array, id: Uint8Array): bigint {
    const certificate = decodeCertificate(bytes)
    const verdict = verifyCertificate(certificate, {rootKey: this.rootKeyDer, verifyBls})
    assert.deepEqual(verdict, {ok: true})
    const reply = lookup(certificate.tree, toPath('request_status', id, 'reply'))
    assert.equal(reply.kind, 'found', `request ${toHex(id)} has no reply`)
    return readCounter((reply as {value: Uint8Array}).value)
  }
}

const expiry = (): bigint => BigInt(Date.now() + 290_000) * 1_000_000n

/** Throws when a promise is broken, with what the clients saw. */
export async function killAtRandom({stateFolder, kills, random, sabotage}: KillPlan): Promise<KillReport> {
  await initBls()
  let network = await startLocalNetwork(stateFolder)
  const agent = await createTestAgent(network.url)
  const counter = await createCanister(agent)
  await installCode(agent, counter, counterWasm)
  const load = new Load(counter, agent.rootKey!)
  try {
    for (let kill = 0; kill < kills; kill++) {
      const running = load.run(network.url)
      // Thrown when it is awaited below.
      running.catch(() => {})
      await sleep(random() * MAX_LOAD_MS)
      load.stop()
      await network.kill()
      await running
      sabotage?.(stateFolder)
      if (kill % KILLS_OF_A_START === 0) await killStart(stateFolder, random)
      network = await startLocalNetwork(stateFolder)
      assert.deepEqual((await createTestAgent(network.url)).rootKey, load.rootKeyDer, 'the root key changed')
    }
    await load.finish(network.url)
    judge(load.messages.map(({reply}) => reply))
  } finally {
    await network.kill()
  }
  const {report} = replayState(stateFolder)
  assert.deepEqual([report.baseHeight, report.compared], [0, report.toHeight])
  return {answered: load.messages.length, heights: report.toHeight}
}

/** Every message was executed once: together they counted from one to their number. */
export function judge(replies: readonly (bigint | undefined)[]): void {
  const counted = [...replies].sort((a, b) => Number((a ?? 0n) - (b ?? 0n)))
  const expected = replies.map((_, index) => BigInt(index + 1))
  const at = counted.findIndex((value, index) => value !== expected[index])
  assert.equal(at, -1, `after ${at} messages the counter was ${counted[at]}: one was lost or executed twice`)
}

async function killStart(stateFolder: string, random: () => number): Promise<void> {
  const abort = new AbortController()
  const started = startLocalNetwork(stateFolder, [], abort.signal).then(
    (network) => network.kill(),
    () => {},
  )
  await sleep(random() * 300)
  abort.abort()
  await started
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
