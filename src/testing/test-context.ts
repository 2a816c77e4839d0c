/** What operations are given when a test deploys: the project of the folder, the network of the test, an identity of its own. */

import {IcicleError} from '../base/errors.js'
import {generatePem, parsePem, principalOfKey} from '../identity/keys.js'
import type {LoadedIdentity} from '../identity/load.js'
import type {ProjectContext} from '../operations/context.js'
import {SILENT} from '../operations/reporter.js'
import {openCanisterIds} from '../project/canister-ids.js'
import {findProject} from '../project/load.js'
import {resolveNetwork} from '../project/networks.js'
import {userPlaces} from '../project/places.js'

export class TestProjectMissing extends IcicleError {
  readonly code = 'TEST_PROJECT_MISSING'
  constructor(folder: string) {
    super(`There is no dfx.json in '${folder}' or above.`, {hints: ['Give the folder of the project: startNetwork({project: …}).']})
  }
}

/** @param url of the network. Throws TestProjectMissing, and what a broken dfx.json throws. */
export function createTestContext(folder: string, url: string, signal: AbortSignal): ProjectContext {
  const found = findProject(folder)
  if (!found) throw new TestProjectMissing(folder)
  // The user's .env tells of the user's network.
  const project = {...found, outputEnvFile: undefined}
  const places = userPlaces()
  const network = resolveNetwork(url, {project, shared: {}, places})
  const ids = openCanisterIds(project, network)
  const identity = createIdentity()
  return {
    // What a build warns of is as true in a test.
    reporter: {...SILENT, warn: (text) => void process.stderr.write(`WARNING: ${text}\n`)},
    signal,
    places,
    folder,
    findProject: () => project,
    project: () => project,
    network: () => network,
    networkUrl: () => url,
    identity: () => identity,
    canisterIds: () => ids,
    effectiveCanisterId: undefined,
    confirm: () => Promise.resolve(true),
  }
}

function createIdentity(): LoadedIdentity {
  const key = parsePem(generatePem())
  return {name: 'test', principal: principalOfKey(key.publicKeyDer), key, isPlaintext: true}
}
