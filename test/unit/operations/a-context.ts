/** A project in a folder of its own and a context that records what operations tell. */

import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {ANONYMOUS_IDENTITY} from '../../../src/identity/load.js'
import type {ProjectContext} from '../../../src/operations/context.js'
import type {Reporter} from '../../../src/operations/reporter.js'
import {openCanisterIds} from '../../../src/project/canister-ids.js'
import {getProject} from '../../../src/project/load.js'
import {resolveNetwork} from '../../../src/project/networks.js'
import {findPlaces} from '../../../src/project/places.js'

export interface TestProject {
  readonly root: string
  readonly context: ProjectContext
  /** Everything reported, a line each: `info: …`. */
  readonly lines: string[]
  /** Warnings that consent was asked for. */
  readonly questions: string[]
  /** What the user answers. */
  consents: boolean
  write(files: Readonly<Record<string, string | Uint8Array>>): void
  /** Forgets what was read of dfx.json. */
  reload(): void
  remove(): void
}

/** `url`: of the network named `local`. */
export function aProject(url: string, dfxJson: object, files: Readonly<Record<string, string | Uint8Array>> = {}): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'icicle-project-'))
  const lines: string[] = []
  const questions: string[] = []
  let project: ReturnType<typeof getProject> | undefined
  const places = findPlaces({platform: 'linux', home: root, env: {}})
  const network = () => resolveNetwork('local', {project: context.project(), shared: {}, places})
  const context: ProjectContext = {
    reporter: recordingReporter(lines),
    signal: new AbortController().signal,
    places,
    folder: root,
    findProject: () => context.project(),
    project() {
      project ??= getProject(root)
      return project
    },
    network,
    networkUrl: () => url,
    canisterIds: () => openCanisterIds(context.project(), network()),
    identity: () => ANONYMOUS_IDENTITY,
    effectiveCanisterId: undefined,
    async confirm(warning) {
      questions.push(warning)
      return made.consents
    },
  }
  const made: TestProject = {
    root,
    context,
    lines,
    questions,
    consents: false,
    write(more) {
      for (const [path, content] of Object.entries(more)) {
        mkdirSync(dirname(join(root, path)), {recursive: true})
        writeFileSync(join(root, path), content)
      }
    },
    reload() {
      project = undefined
    },
    remove: () => rmSync(root, {recursive: true, force: true}),
  }
  made.write({'dfx.json': JSON.stringify(dfxJson), ...files})
  return made
}

function recordingReporter(lines: string[]): Reporter {
  const tell = (kind: string) => (text: string) => {
    lines.push(`${kind}: ${text}`)
  }
  return {
    result: tell('result'),
    info: tell('info'),
    secret: tell('secret'),
    warn: tell('warn'),
    debug: tell('debug'),
    trace: tell('trace'),
    step: (_title, work) => work({update: () => {}}),
  }
}

/** The network in memory has no node keys: its queries cannot be verified. For the suite that calls this. */
export function withoutQueryVerification(): void {
  const {env} = process
  const before = env.DFX_DISABLE_QUERY_VERIFICATION
  globalThis.before(() => {
    env.DFX_DISABLE_QUERY_VERIFICATION = '1'
  })
  globalThis.after(() => {
    if (before === undefined) delete env.DFX_DISABLE_QUERY_VERIFICATION
    else env.DFX_DISABLE_QUERY_VERIFICATION = before
  })
}
