/** Asks the process of the local network for what only its owner may: the token lies beside its state. */
import {join} from 'node:path'
import {findText} from '../io/files.js'
import type {LocalNetwork} from '../project/networks.js'
import {NetworkNotRunning, ServerFailed} from './errors.js'
import {findRunningNetwork, networkUrl} from './running-network.js'

/** Throws NetworkNotRunning, and ServerFailed with what the process says. */
export async function askNetwork(
  network: LocalNetwork,
  verb: 'snapshot' | 'advance-time',
  body: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const url = networkUrl(network)
  const token = findText(join(network.stateFolder, 'admin-token'))
  if (!findRunningNetwork(network) || token === undefined) throw new NetworkNotRunning(network.name, url)
  const {port} = new URL(url)
  // A network that listens on all addresses is asked by this machine's own name.
  const response = await fetch(`http://127.0.0.1:${port}/_/icicle/${verb}`, {
    method: 'POST',
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new NetworkNotRunning(network.name, url, cause)
  })
  const answer = (await response.json()) as {error?: {code: string; message: string; hints: string[]}} & Record<string, string>
  if (answer.error) throw new ServerFailed(answer.error.code, answer.error.message, answer.error.hints)
  return answer
}
