/** `new`: a project from templates, in a folder of its own. */
import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {execa} from 'execa'
import {writeBytes} from '../io/files.js'
import {icicleVersion, packageRoot, programName} from '../io/program.js'
import {FolderExists, OptionUnsupported} from './errors.js'
import type {Reporter} from './reporter.js'
import {type PlannedFile, planTemplateFiles} from './template-files.js'

export const PROJECT_TYPES = ['motoko', 'rust', 'typescript', 'python', 'azle', 'kybra'] as const
export type ProjectType = (typeof PROJECT_TYPES)[number]
export const FRONTENDS = ['vanilla', 'react', 'svelte', 'vue', 'sveltekit', 'simple-assets', 'none'] as const
export type Frontend = (typeof FRONTENDS)[number]
export const EXTRAS = ['internet-identity', 'ci', 'bitcoin', 'frontend-tests'] as const
export type Extra = (typeof EXTRAS)[number]

export interface NewProjectRequest {
  /** A letter, then letters, digits, `_` and `-`. */
  readonly name: string
  /** The project's folder is made inside this one. */
  readonly folder: string
  readonly type: ProjectType
  readonly frontend: Frontend
  readonly extras: readonly Extra[]
  readonly dryRun: boolean
  /** Runs the package managers of the project's languages. */
  readonly install: boolean
  readonly signal?: AbortSignal | undefined
}

export interface NewProjectReport {
  readonly folder: string
  readonly backend: string
  /** Paths below the folder, with forward slashes. */
  readonly files: readonly string[]
  readonly dryRun: boolean
}

/** What dfx calls by another name, or what takes its place here. */
const BACKEND_LAYERS: Readonly<Record<ProjectType, string>> = {
  motoko: 'motoko',
  rust: 'rust',
  typescript: 'typescript',
  azle: 'typescript',
  python: 'python',
  kybra: 'python',
}

/** Throws FolderExists before anything is written, and OptionUnsupported for what has no template. */
export async function createProject(request: NewProjectRequest, reporter: Reporter): Promise<NewProjectReport> {
  const {name, folder, dryRun} = request
  const target = join(folder, name)
  const layers = planLayers(request)
  if (existsSync(target)) throw new FolderExists(target)
  const backend = canisterNameOf(name, 'backend')
  const files = planTemplateFiles(layers, namesOf(name))
  reporter.info(`Creating new project "${name}"...`)
  for (const {path, content} of files) {
    reporter.info(`CREATE       ${name}/${path} (${Buffer.byteLength(content)}B)`)
    if (!dryRun) writeBytes(join(target, ...path.split('/')), Buffer.from(content))
  }
  if (!dryRun) await finish(target, request, files, reporter)
  return {folder: target, backend, files: files.map(({path}) => path), dryRun}
}

export function isProjectName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(name)
}

/** `hello` → `hello_backend`, `hello-world` → `hello-world-backend`. */
export function canisterNameOf(project: string, part: 'backend' | 'frontend'): string {
  return project.includes('-') ? `${project}-${part}` : `${project}_${part}`
}

function namesOf(name: string): Record<string, string> {
  return {
    project: name,
    package: name.toLowerCase(),
    backend: canisterNameOf(name, 'backend'),
    frontend: canisterNameOf(name, 'frontend'),
    frontendpackage: canisterNameOf(name, 'frontend').toLowerCase(),
    program: programName(),
    version: icicleVersion(),
  }
}

/** The folders of templates, lowest first. */
function planLayers({type, frontend, extras}: NewProjectRequest): string[] {
  const unknown = extras.find((extra) => extra === 'bitcoin' || extra === 'frontend-tests')
  if (unknown) throw new OptionUnsupported(`--extras ${unknown}`, 'there is no template for it.')
  if (frontend === 'sveltekit' || frontend === 'simple-assets')
    throw new OptionUnsupported(`--frontend ${frontend}`, 'there is no template for it.', ['Take svelte or vanilla.'])
  if (extras.includes('internet-identity') && frontend === 'none')
    throw new OptionUnsupported('--extras internet-identity', 'there is no frontend to sign in with.', ['Choose a frontend.'])
  const layers = ['common', BACKEND_LAYERS[type]]
  if (frontend !== 'none') layers.push(join('frontend', 'common'), join('frontend', frontend))
  layers.push(...extras.map((extra) => join('extras', extra)))
  return layers.map((layer) => join(packageRoot(), 'templates', layer))
}

async function finish(
  target: string,
  {name, install, signal}: NewProjectRequest,
  files: readonly PlannedFile[],
  reporter: Reporter,
): Promise<void> {
  initGit(target, reporter)
  if (install && hasPackages(files)) await installPackages(target, reporter, signal)
  reporter.info(`\nTo deploy it:\n    cd ${name}\n    ${programName()} start --background\n    ${programName()} deploy`)
}

function hasPackages(files: readonly PlannedFile[]): boolean {
  return files.some(({path, content}) => path.endsWith('package.json') && /"(dev)?dependencies"/i.test(String(content)))
}

async function installPackages(target: string, reporter: Reporter, signal: AbortSignal | undefined): Promise<void> {
  const options = {cwd: target, reject: false, ...(signal ? {cancelSignal: signal} : {})}
  const {failed, code, stderr} = await reporter.step('Installing packages...', () =>
    execa('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], options),
  )
  signal?.throwIfAborted()
  if (code === 'ENOENT') reporter.warn('npm was not found: type `npm install` in the project when it is there.')
  else if (failed) reporter.warn(`\`npm install\` failed: type it again in the project.\n${stderr}`)
}

/** A repository of its own, unless the folder lies in one already or git is not there. */
function initGit(folder: string, reporter: Reporter): void {
  const git = (...args: readonly string[]) => spawnSync('git', args, {cwd: folder, stdio: 'ignore', windowsHide: true})
  if (git('rev-parse', '--is-inside-work-tree').status === 0) return
  const {status, error} = git('init')
  if (error) reporter.debug('git was not found: the project is not under version control.')
  else if (status !== 0) reporter.warn('`git init` failed: the project is not under version control.')
}
