/** `dev`: deploys, then watches the project and deploys again what has changed, with the compiler kept warm and the state kept. */

import {relative} from 'node:path'
import {IcicleError} from '../base/errors.js'
import {MotokoCompiler} from '../builders/motoko/compiler.js'
import {watchFolder} from '../io/watch.js'
import type {Project} from '../project/project.js'
import type {ProjectContext} from './context.js'
import {deploy} from './deploy.js'

export interface DevelopOptions {
  /** Reads the project anew: dfx.json may change, too. */
  readonly makeContext: () => ProjectContext
  readonly target: string | undefined
  /** Changes within this time are taken together. */
  readonly quietMs: number
  /** Shows an error without ending. */
  readonly showError: (error: unknown) => void
}

/** Never deployed for: results, dependencies, version control, editors' own files. */
const IGNORED = /(^|\/)(\.dfx|\.git|\.mops|node_modules|target|dist|\.vscode|\.idea)(\/|$)|(^|\/)(\.#|#|4913$)|~$|\.(swp|tmp|part)$/

/** Ends with the signal of the context. */
export async function develop({makeContext, target, quietMs, showError}: DevelopOptions): Promise<void> {
  const first = makeContext()
  const project = first.project()
  const compiler = new MotokoCompiler()
  compiler.warm()
  const round = async (context: ProjectContext): Promise<void> => {
    const start = performance.now()
    try {
      await deploy(context, {target, mode: 'auto', compiler})
      context.reporter.info(`Ready after ${((performance.now() - start) / 1000).toFixed(2)} s. Watching for changes; Ctrl-C ends.`)
    } catch (error) {
      if (!(error instanceof IcicleError)) throw error
      showError(error)
    }
  }
  const changes = watchFolder(project.root, {quietMs, isIgnored: (path) => isIgnored(project, path), signal: first.signal})
  try {
    const next = changes.next()
    await round(first)
    for (let change = await next; !change.done; change = await changes.next()) {
      first.reporter.info(`Changed: ${change.value.slice(0, 3).join(', ')}${change.value.length > 3 ? ', …' : ''}`)
      await round(makeContext())
    }
  } finally {
    await changes.return(undefined)
    await compiler.close()
  }
}

/** What deploying itself writes must not deploy again. */
function isIgnored(project: Project, path: string): boolean {
  const written = project.outputEnvFile === undefined ? [] : [relative(project.root, project.outputEnvFile).replaceAll('\\', '/')]
  return (
    IGNORED.test(path) ||
    written.includes(path) ||
    written.some((file) => path.startsWith(`${file}.`)) ||
    path.startsWith('src/declarations/')
  )
}
