/** A certified asset of 100 kB through the gateway, verified: throughput and first byte, against a plain server with the same bytes. */

import {readFileSync} from 'node:fs'
import {Agent, createServer, request} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {connect} from '../../src/agent/ic-agent.js'
import {installCode} from '../../src/agent/management.js'
import {AssetCanister, toWireOperation} from '../../src/assets/asset-canister.js'
import {sha256} from '../../src/base/sha256.js'
import {parseDid} from '../../src/candid/did.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {createCanister} from '../support/agent-client.js'
import {removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'
import {type Bench, median, type Row} from './row.js'

const ASSET_BYTES = 100_000
const WARM_UP = 300
const SINGLE = 500
const PARALLEL = 3000
const CONNECTIONS = 16

export const gatewayBench: Bench = {
  name: 'gateway',
  async measure() {
    const folder = temporaryFolder()
    const network = await startLocalNetwork(folder)
    try {
      const canisterId = await installAssets(network.url)
      const through = {port: Number(new URL(network.url).port), host: `${principalToText(canisterId)}.localhost`}
      const plain = createServer((_, response) => response.end(Buffer.alloc(ASSET_BYTES, 'a')))
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
      const direct = {port: (plain.address() as AddressInfo).port, host: 'localhost'}
      try {
        return await measureBoth(through, direct)
      } finally {
        plain.closeAllConnections()
        plain.close()
      }
    } finally {
      await network.stop()
      removeFolder(folder)
    }
  },
}

interface Target {
  readonly port: number
  readonly host: string
}

async function measureBoth(through: Target, direct: Target): Promise<readonly Row[]> {
  await send(through, WARM_UP, CONNECTIONS)
  await send(direct, WARM_UP, CONNECTIONS)
  const [first, floorFirst] = [await send(through, SINGLE, 1), await send(direct, SINGLE, 1)]
  const [many, floorMany] = [await send(through, PARALLEL, CONNECTIONS), await send(direct, PARALLEL, CONNECTIONS)]
  const what = 'plain HTTP server with the same bytes'
  return [
    {
      metric: 'verified asset of 100 kB, first byte, p50',
      value: median(first.firstByteMs),
      unit: 'ms',
      floor: {what, value: median(floorFirst.firstByteMs)},
      goal: '≤ 8 ms',
    },
    {metric: 'verified assets of 100 kB', value: many.perSecond, unit: '/s', floor: {what, value: floorMany.perSecond}, goal: '≥ 500/s'},
  ]
}

async function installAssets(url: string): Promise<CanisterId> {
  const template = join(repositoryRoot, 'templates', 'assetstorage')
  const {types, service} = parseDid(readFileSync(join(template, 'assetstorage.did'), 'utf8'))
  const agent = await connect({host: url, identity: Ed25519KeyIdentity.generate(), rootKey: 'fetch'})
  const canisterId = await createCanister(agent.http)
  const wasm = new Uint8Array(gunzipSync(readFileSync(join(template, 'assetstorage.wasm.gz'))))
  await installCode(agent, {canisterId, mode: {kind: 'install'}, wasm, arg: encodeArgs(service!.initArgs!, [[]], types)})
  const canister = new AssetCanister(agent, canisterId)
  const bytes = new Uint8Array(ASSET_BYTES).fill(97)
  const batchId = await canister.createBatch()
  const chunkIds = await canister.createChunks(batchId, [bytes])
  const properties = {maxAge: undefined, headers: [], allowsRawAccess: true, isAliased: true}
  const operations = [
    toWireOperation({kind: 'create', key: '/asset', mediaType: 'text/plain', properties}, []),
    toWireOperation({kind: 'set', key: '/asset', encoding: 'identity', bytes, sha256: sha256(bytes)}, chunkIds),
  ]
  await canister.commit(batchId, operations)
  return canisterId
}

interface Sent {
  readonly perSecond: number
  readonly firstByteMs: readonly number[]
}

async function send(target: Target, count: number, connections: number): Promise<Sent> {
  const agent = new Agent({keepAlive: true, maxSockets: connections})
  const firstByteMs: number[] = []
  let left = count
  const start = performance.now()
  await Promise.all(
    Array.from({length: connections}, async () => {
      while (left-- > 0) firstByteMs.push(await fetchOnce(target, agent))
    }),
  )
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return {perSecond: count / seconds, firstByteMs}
}

/** The time to the first byte. Throws when the answer is not the asset. */
function fetchOnce({port, host}: Target, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const outgoing = request({agent, host: '127.0.0.1', port, path: '/asset', headers: {host}}, (incoming) => {
      const firstByte = performance.now() - start
      let bytes = 0
      incoming.on('data', (part: Buffer) => {
        bytes += part.length
      })
      incoming.on('end', () => {
        if (incoming.statusCode === 200 && bytes === ASSET_BYTES) resolve(firstByte)
        else reject(new Error(`status ${incoming.statusCode}, ${bytes} bytes`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
