/** Builds canisters of a project in the order their imports ask for, and writes the results where `install` finds them. */

import {join} from 'node:path'
import {type BuildInput, buildCanister, checkCanister} from '../builders/build-canister.js'
import {planBuildOrder, planBuildSteps} from '../builders/build-order.js'
import {buildOutputs, writeBuildOutputs, writeInterface} from '../builders/build-outputs.js'
import {splitCandid} from '../builders/candid-parts.js'
import type {Sibling} from '../builders/motoko/compile-program.js'
import {MotokoCompiler} from '../builders/motoko/compiler.js'
import {findMotokoPackages} from '../builders/motoko/packages.js'
import {type ProjectPrograms, readProjectPrograms} from '../builders/project-programs.js'
import {findText} from '../io/files.js'
import {writeEnvFile} from '../project/env-file.js'
import type {Project} from '../project/project.js'
import {type CanisterId, canisterIdFromNumber, principalToText} from '../protocol/principal.js'
import type {ProjectContext} from './context.js'
import {isRemoteOn} from './find-canister.js'
import {findKnownIds, projectEnvironment} from './project-environment.js'
import {refreshDeclarations} from './write-declarations.js'

export interface BuildOptions {
  readonly names: readonly string[]
  /** Only look for mistakes: needs no ids and writes nothing. */
  readonly isCheck?: boolean | undefined
  readonly outputEnvFile?: string | undefined
  /** Told the whole interface of each canister that was checked. */
  readonly onInterface?: ((name: string, candid: string) => void) | undefined
  /** From `readPrograms`, when the caller has read them already. */
  readonly programs?: ProjectPrograms | undefined
  /** A compiler that the caller has warmed up, and closes. */
  readonly compiler?: MotokoCompiler | undefined
}

export interface BuildReport {
  /** In the order they were built. */
  readonly canisters: readonly {readonly name: string; readonly isCached: boolean}[]
}

/** What one run of the builder works with. */
interface Run {
  readonly context: ProjectContext
  readonly project: Project
  readonly compiler: MotokoCompiler
  readonly ids: ReadonlyMap<string, CanisterId>
  readonly programs: ProjectPrograms
  /** Services of the canisters that this run has dealt with. */
  readonly interfaces: Map<string, string>
}

/** Throws CanisterIdNotFound, CircularDependencies and what the builders throw. */
export async function buildCanisters(context: ProjectContext, options: BuildOptions): Promise<BuildReport> {
  const project = context.project()
  const ids = options.isCheck ? placeholderIds(project) : findKnownIds(context)
  const compiler = options.compiler ?? new MotokoCompiler()
  // Compiling takes seconds and cannot be asked to stop: an interruption ends its threads.
  const interrupt = (): void => void compiler.close()
  context.signal.addEventListener('abort', interrupt)
  try {
    const programs = options.programs ?? (await readPrograms(context, options.names))
    return await buildAll({context, project, compiler, ids, programs, interfaces: new Map()}, options)
  } catch (error) {
    context.signal.throwIfAborted()
    throw error
  } finally {
    context.signal.removeEventListener('abort', interrupt)
    if (compiler !== options.compiler) await compiler.close()
  }
}

/** The whole interfaces of Motoko canisters, from their sources alone. */
export async function checkInterfaces(context: ProjectContext, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const interfaces = new Map<string, string>()
  await buildCanisters(context, {names, isCheck: true, onInterface: (name, candid) => interfaces.set(name, candid)})
  return interfaces
}

async function buildAll(run: Run, options: BuildOptions): Promise<BuildReport> {
  const {context, project, programs} = run
  const order = planBuildOrder(options.names, programs.graph).filter((name) => isBuiltHere(context, name))
  if (!options.isCheck) for (const name of order) context.canisterIds().get(name)
  context.reporter.info('Building canisters...')
  const isCached = new Map<string, boolean>()
  for (const step of planBuildSteps(order, programs.graph))
    for (const [name, cached] of await buildStep(run, step, options)) isCached.set(name, cached)
  if (!options.isCheck) writeEnvFile(project, projectEnvironment(context), options.outputEnvFile)
  context.reporter.info('Finished building canisters.')
  return {canisters: order.map((name) => ({name, isCached: isCached.get(name) ?? false}))}
}

/** Motoko canisters at the same time, then the others one by one: their tools share folders and locks. */
async function buildStep(run: Run, step: readonly string[], options: BuildOptions): Promise<(readonly [string, boolean])[]> {
  const {context, programs} = run
  const build = async (name: string): Promise<readonly [string, boolean]> => {
    context.signal.throwIfAborted()
    context.reporter.info(`Building canister '${name}'.`)
    const cached = await context.reporter.step(`Building ${name}...`, () =>
      options.isCheck ? checkOne(run, name, options) : buildOne(run, name),
    )
    return [name, cached]
  }
  const results = await Promise.all(step.filter((name) => programs.motoko.has(name)).map(build))
  for (const name of step) if (!programs.motoko.has(name)) results.push(await build(name))
  return results
}

async function buildOne(run: Run, name: string): Promise<boolean> {
  const built = await buildCanister(planInput(run, name))
  if (!built) return false
  for (const warning of built.warnings) run.context.reporter.warn(warning)
  const network = run.context.network()
  writeBuildOutputs(buildOutputs(run.project, network, name), built)
  const id = run.ids.get(name)
  if (built.candid) run.interfaces.set(name, built.candid.service)
  if (built.candid) refreshDeclarations(run.context, run.project.canisters.get(name)!, built.candid.full)
  if (built.candid && id !== undefined) writeInterface(run.project, network, id, built.candid.service)
  return built.isCached
}

async function checkOne(run: Run, name: string, {onInterface}: BuildOptions): Promise<boolean> {
  const checked = await checkCanister(planInput(run, name))
  if (!checked) return false
  for (const warning of checked.warnings) run.context.reporter.warn(warning)
  run.interfaces.set(name, splitCandid(checked.candid).service)
  onInterface?.(name, checked.candid)
  return false
}

function planInput(run: Run, name: string): BuildInput {
  const {context, project, compiler, programs} = run
  const siblings = findSiblings(run, programs.graph.get(name) ?? [])
  return {
    project,
    network: context.network(),
    canister: project.canisters.get(name)!,
    program: programs.motoko.get(name),
    siblings,
    compiler,
    env: projectEnvironment(context, {canister: name, dependencies: programs.graph.get(name) ?? []}),
    signal: context.signal,
  }
}

function findSiblings(run: Run, names: readonly string[]): ReadonlyMap<string, Sibling> {
  const siblings = new Map<string, Sibling>()
  for (const name of names) {
    const id = run.ids.get(name)
    const candid = run.interfaces.get(name) ?? findInterface(run, name, id)
    if (id !== undefined && candid !== undefined) siblings.set(name, {id: principalToText(id), candid})
  }
  return siblings
}

/** The interface of a canister that this run does not build: remote, pulled, or built before. */
function findInterface({context, project}: Run, name: string, id: CanisterId | undefined): string | undefined {
  const canister = project.canisters.get(name)
  if (canister?.remote?.candid !== undefined) return findText(canister.remote.candid)
  if (canister?.type === 'pull') return id && findText(join(project.root, 'deps', 'candid', `${principalToText(id)}.did`))
  const built = findText(buildOutputs(project, context.network(), name).serviceDid)
  return built ?? (canister?.type === 'rust' || canister?.type === 'custom' ? findText(canister.candid) : undefined)
}

/** Remote canisters (on this network) and pulled ones are made elsewhere. */
function isBuiltHere(context: ProjectContext, name: string): boolean {
  const canister = context.project().canisters.get(name)
  return canister !== undefined && canister.type !== 'pull' && !isRemoteOn(canister, context.network())
}

/** For a check any ids will do. */
function placeholderIds(project: Project): ReadonlyMap<string, CanisterId> {
  return new Map([...project.canisters.keys()].map((name, index) => [name, canisterIdFromNumber(BigInt(index + 1))]))
}

/** Sources and dependencies of the named canisters. Throws MainFileMissing, MotokoOptionInvalid, BuildCommandFailed. */
export async function readPrograms(context: ProjectContext, names: readonly string[]): Promise<ProjectPrograms> {
  const project = context.project()
  const hasMotoko = [...project.canisters.values()].some(({type}) => type === 'motoko')
  const packages = hasMotoko
    ? await findMotokoPackages(project, {env: projectEnvironment(context), signal: context.signal})
    : new Map<string, string>()
  return readProjectPrograms(project, names, packages)
}
