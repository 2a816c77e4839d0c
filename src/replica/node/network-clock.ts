/**
 * The time of a network: the machine's, and ahead of it by what the user advanced it. The lead is on disk before it is used, so that time does not
 * stand still after a restart until the machine has caught up.
 *
 *     clock.json = JSON {aheadNs: text}
 */

import {closeSync, fdatasyncSync, openSync, readFileSync, renameSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {StoreUnwritable} from '../store/errors.js'
import {ClockDamaged} from './errors.js'

const FILE = 'clock.json'

export class NetworkClock {
  #aheadNs: bigint

  private constructor(
    private readonly file: string,
    private readonly machineNowNs: () => bigint,
    aheadNs: bigint,
  ) {
    this.#aheadNs = aheadNs
  }

  /** Throws ClockDamaged. */
  static load(stateFolder: string, machineNowNs: () => bigint): NetworkClock {
    const file = join(stateFolder, FILE)
    return new NetworkClock(file, machineNowNs, readLead(file))
  }

  /** Nanoseconds since 1970. */
  readonly nowNs = (): bigint => this.machineNowNs() + this.#aheadNs

  /** For good: time does not go back. Throws StoreUnwritable. */
  advance(byNs: bigint): void {
    const aheadNs = this.#aheadNs + byNs
    try {
      const file = openSync(`${this.file}.new`, 'w')
      writeSync(file, `${JSON.stringify({aheadNs: String(aheadNs)})}\n`)
      fdatasyncSync(file)
      closeSync(file)
      renameSync(`${this.file}.new`, this.file)
    } catch (cause) {
      throw new StoreUnwritable(this.file, cause)
    }
    this.#aheadNs = aheadNs
  }
}

function readLead(file: string): bigint {
  try {
    return BigInt((JSON.parse(readFileSync(file, 'utf8')) as {aheadNs: string}).aheadNs)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0n
    throw new ClockDamaged(file, cause)
  }
}
