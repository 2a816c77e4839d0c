/** `new`: a project from a template, in a folder of its own. */
import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join, sep} from 'node:path'
import {writeText} from '../io/files.js'
import {packageRoot, programName} from '../io/program.js'
import {FolderExists, OptionUnsupported} from './errors.js'
import type {Reporter} from './reporter.js'

export const PROJECT_TYPES = ['motoko', 'rust', 'azle', 'kybra'] as const
export const FRONTENDS = ['sveltekit', 'vue', 'react', 'vanilla', 'simple-assets', 'none'] as const

export interface NewProjectRequest {
  /** A letter, then letters, digits, `_` and `-`. */
  readonly name: string
  /** The project's folder is made inside this one. */
  readonly folder: string
  readonly type: (typeof PROJECT_TYPES)[number]
  readonly frontend: (typeof FRONTENDS)[number]
  readonly dryRun: boolean
}

export interface NewProjectReport {
  readonly folder: string
  readonly backend: string
  /** Paths below the folder, with forward slashes. */
  readonly files: readonly string[]
  readonly dryRun: boolean
}

interface PlannedFile {
  readonly path: string
  readonly content: string
}

/** Throws FolderExists before anything is written, and OptionUnsupported for what has no template. */
export function createProject(request: NewProjectRequest, reporter: Reporter): NewProjectReport {
  const {name, folder, type, frontend, dryRun} = request
  if (type !== 'motoko') throw new OptionUnsupported(`--type ${type}`, 'only Motoko projects can be created for now.')
  if (frontend !== 'none')
    throw new OptionUnsupported(`--frontend ${frontend}`, 'projects are created without a frontend for now.', ['Use --no-frontend.'])
  const target = join(folder, name)
  if (existsSync(target)) throw new FolderExists(target)
  const backend = backendNameOf(name)
  const files = planFiles(join(packageRoot(), 'templates', type), {name, backend})
  reporter.info(`Creating new project "${name}"...`)
  for (const {path, content} of files) {
    reporter.info(`CREATE       ${name}/${path} (${Buffer.byteLength(content)}B)`)
    if (!dryRun) writeText(join(target, ...path.split('/')), content)
  }
  if (!dryRun) {
    initGit(target, reporter)
    reporter.info(`\nTo deploy it:\n    cd ${name}\n    ${programName()} start --background\n    ${programName()} deploy`)
  }
  return {folder: target, backend, files: files.map(({path}) => path), dryRun}
}

export function isProjectName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(name)
}

/** `hello` → `hello_backend`, `hello-world` → `hello-world-backend`. */
export function backendNameOf(project: string): string {
  return project.includes('-') ? `${project}-backend` : `${project}_backend`
}

/** Template files with the names filled in. A file called `__dot__x` becomes `.x`: npm does not ship files called .gitignore. */
function planFiles(template: string, {name, backend}: {readonly name: string; readonly backend: string}): PlannedFile[] {
  const fill = (text: string): string =>
    text.replaceAll('__project__', name).replaceAll('__backend__', backend).replaceAll('__program__', programName())
  return readdirSync(template, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: fill(
        file
          .slice(template.length + 1)
          .split(sep)
          .join('/'),
      ).replaceAll('__dot__', '.'),
      content: fill(readFileSync(file, 'utf8')),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A repository of its own, unless the folder lies in one already or git is not there. */
function initGit(folder: string, reporter: Reporter): void {
  const git = (...args: readonly string[]) => spawnSync('git', args, {cwd: folder, stdio: 'ignore', windowsHide: true})
  if (git('rev-parse', '--is-inside-work-tree').status === 0) return
  const {status, error} = git('init')
  if (error) reporter.debug('git was not found: the project is not under version control.')
  else if (status !== 0) reporter.warn('`git init` failed: the project is not under version control.')
}
