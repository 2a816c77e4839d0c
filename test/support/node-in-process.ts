/** A node of the local network inside the test's own process, behind a port: its clock is the process's. */

import assert from 'node:assert/strict'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {ReplicaNode, type ReplicaNodeOptions} from '../../src/replica/node/replica-node.js'

export interface NodeInProcess {
  readonly node: ReplicaNode
  readonly url: string
  stop(): Promise<void>
}

export async function startNode(stateFolder: string, options: Partial<ReplicaNodeOptions> = {}): Promise<NodeInProcess> {
  const node = await ReplicaNode.start({
    stateFolder,
    version: 'test',
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    onFailure: (error) => assert.fail(String(error)),
    ...options,
  })
  const server = createServer((request, response) => void node.listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await node.stop()
  }
  return {node, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop}
}
