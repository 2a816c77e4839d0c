/** `network time advance`: moves the local network's time ahead, for good. */
import {askNetwork} from '../network/ask-network.js'
import type {NetworkConfig} from '../project/networks.js'
import {findSeconds} from '../project/units.js'
import {DurationInvalid} from './errors.js'
import {requireLocal} from './start-local-network.js'

export interface TimeReport {
  /** The network's time, ISO 8601. */
  readonly now: string
}

/** Due timers run and idle time is charged before this returns. Throws DurationInvalid, NetworkNotRunning. */
export async function advanceTime(network: NetworkConfig, duration: string): Promise<TimeReport> {
  const seconds = findSeconds(duration)
  if (seconds === undefined || seconds === 0n) throw new DurationInvalid(duration)
  const {nowNs} = await askNetwork(requireLocal(network), 'advance-time', {byNs: String(seconds * 1_000_000_000n)})
  return {now: new Date(Number(BigInt(nowNs!) / 1_000_000n)).toISOString()}
}
