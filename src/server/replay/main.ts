/**
 * Replays the past of a local network, in a process of its own.
 *
 *   node dist/server/replay/main.js --state DIR [--from H] [--to H] [--trace]
 *
 * Prints lines of JSON: `{"height","timeNs","root","compared","events"}` for each height, then `{"report":{…}}`, or `{"error":{"code","message","hints"}}` and
 * exits with 1. Big numbers are texts, principals too.
 */

import {parseArgs} from 'node:util'
import {toHex} from '../../base/bytes.js'
import {principalToText} from '../../protocol/principal.js'
import {type ReplayedHeight, replay} from '../../replica/node/replay.js'
import {describeFailure} from '../describe-failure.js'

const {values} = parseArgs({
  options: {state: {type: 'string'}, from: {type: 'string'}, to: {type: 'string'}, trace: {type: 'boolean', default: false}},
})

const bigintsAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
const printLine = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, bigintsAsText)}\n`)

function printHeight({height, timeNs, rootHash, isCompared, events}: ReplayedHeight): void {
  const named = events.map((event) => ({...event, caller: principalToText(event.caller), callee: principalToText(event.callee)}))
  printLine({height, timeNs, root: toHex(rootHash), compared: isCompared, events: named})
}

const heightOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

try {
  if (values.state === undefined) throw new Error('--state is missing')
  const report = await replay(
    {stateFolder: values.state, from: heightOf(values.from), to: heightOf(values.to), trace: values.trace},
    printHeight,
  )
  printLine({report})
} catch (error) {
  printLine({error: describeFailure(error)})
  process.exitCode = 1
}
