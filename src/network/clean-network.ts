/** `start --clean`: forgets everything a network held. */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {LocalNetwork} from '../project/networks.js'

/** Deletes the state and the id by which projects know it; gives the paths that were there. The network must not run. */
export function cleanNetwork(network: LocalNetwork): readonly string[] {
  const paths = [network.stateFolder, join(network.folder, 'network-id')].filter((path) => existsSync(path))
  for (const path of paths) rmSync(path, {recursive: true, force: true})
  return paths
}
