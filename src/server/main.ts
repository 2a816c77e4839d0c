/**
 * The local network's process: one node behind one port.
 *
 *   node dist/server/main.js --state DIR --host H --port P [--history-mb N] [--system-canisters]
 *
 * Prints one line of JSON: `{"ready":true,"host","port","pid","rootKey"}`, or `{"error":{"code","message","hints"}}` and exits with 1. Ends with
 * a checkpoint on SIGTERM, SIGINT, or a line `stop` on standard input (Windows has no signals that can be caught).
 */

import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {toHex} from '../base/bytes.js'
import {describeFailure} from './describe-failure.js'
import {LocalServer} from './local-server.js'

const {values} = parseArgs({
  options: {
    state: {type: 'string'},
    host: {type: 'string', default: '127.0.0.1'},
    port: {type: 'string', default: '0'},
    'history-mb': {type: 'string'},
    'system-canisters': {type: 'boolean', default: false},
  },
})

/** Written by `bin/system-canisters.js`. */
const SYSTEM_CANISTERS = fileURLToPath(new URL('templates/system-canisters/genesis.br', import.meta.resolve('#package.json')))

/** Resolves when the process is asked to end. */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    if (process.stdin.isTTY) return
    createInterface({input: process.stdin}).on('line', (line) => {
      if (line.trim() === 'stop') resolve()
    })
  })
}

const reportFailure = (error: unknown): void => console.log(JSON.stringify({error: describeFailure(error)}))

async function main(): Promise<void> {
  if (values.state === undefined) throw new Error('--state is missing')
  const stopped = waitForStop()
  const server = await LocalServer.start({
    stateFolder: values.state,
    host: values.host,
    port: Number(values.port),
    historyBytes: values['history-mb'] === undefined ? undefined : Number(values['history-mb']) * 2 ** 20,
    systemCanisters: values['system-canisters'] ? SYSTEM_CANISTERS : undefined,
    onFailure: (error) => {
      reportFailure(error)
      process.exit(1)
    },
  })
  const {tornTail, replayedHeights, quarantined, damage} = server.node.report
  if (damage) console.error(`WARNING: ${damage} The network was restored from an older checkpoint and the log: nothing is lost.`)
  if (tornTail) console.error(`WARNING: ${tornTail.bytesCut} bytes of a write that had not finished were cut from ${tornTail.file}.`)
  if (replayedHeights > 0) console.error(`Replayed ${replayedHeights} blocks of the log.`)
  for (const {height, text} of quarantined)
    console.error(`WARNING: The network's process ended each time it executed ${text}, at height ${height}. It was rejected unexecuted.`)
  console.log(
    JSON.stringify({ready: true, host: server.host, port: server.port, pid: process.pid, rootKey: toHex(server.node.keys.rootKeyDer)}),
  )
  await stopped
  await server.stop()
}

main().then(
  () => process.exit(0),
  (error) => {
    reportFailure(error)
    process.exit(1)
  },
)
