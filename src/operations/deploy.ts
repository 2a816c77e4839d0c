/** Creates, builds and installs the canisters of a project: the one command of every day. */

import type {CanisterSettings} from '../agent/management.js'
import {MotokoCompiler} from '../builders/motoko/compiler.js'
import {CanisterNotInProject} from '../project/errors.js'
import type {CanisterId} from '../protocol/principal.js'
import {buildCanisters, readPrograms} from './build.js'
import {readBuiltCanister} from './built-module.js'
import {ArgumentInvalid, ModeInvalid} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {createCanisters, type PaidCreation} from './create-canisters.js'
import {warnOfFrozen} from './cycles-report.js'
import {planSettings} from './initial-settings.js'
import {type InstallOptions, type InstallReport, installCanister} from './install.js'
import {type DeployPlan, planDeploy} from './plan-deploy.js'
import {type CanisterUrls, canisterUrls, renderUrls} from './urls.js'

export interface DeployOptions extends InstallOptions, PaidCreation {
  /** One canister with its dependencies; undefined: all. */
  readonly target: string | undefined
  readonly withCycles?: bigint | undefined
  readonly specifiedId?: CanisterId | undefined
  readonly settings?: CanisterSettings | undefined
  readonly outputEnvFile?: string | undefined
  /** A compiler that the caller keeps warm, and closes. */
  readonly compiler?: MotokoCompiler | undefined
}

export interface DeployReport {
  readonly plan: DeployPlan
  readonly installed: readonly InstallReport[]
  readonly urls: readonly CanisterUrls[]
}

/** Throws the errors of planning, creating, building and installing; what was done until then stays done. */
export async function deploy(context: ProjectContext, options: DeployOptions): Promise<DeployReport> {
  checkOptions(options)
  const {plan, programs} = await planProjectDeploy(context, options)
  const compiler = options.compiler ?? new MotokoCompiler()
  // Somebody new has something to compile: the compiler loads while the canister is being created.
  if (programs.motoko.size > 0 && plan.canisters.some(({id}) => id === undefined)) compiler.warm()
  try {
    return await runPlan(context, options, {plan, programs, compiler})
  } finally {
    if (compiler !== options.compiler) await compiler.close()
  }
}

interface Run {
  readonly plan: DeployPlan
  readonly programs: Awaited<ReturnType<typeof readPrograms>>
  readonly compiler: MotokoCompiler
}

async function runPlan(context: ProjectContext, options: DeployOptions, {plan, programs, compiler}: Run): Promise<DeployReport> {
  const {reporter} = context
  const agent = await connectAgent(context)
  reporter.info(options.target === undefined ? 'Deploying all canisters.' : `Deploying: ${plan.canisters.map(({name}) => name).join(' ')}`)
  await createMissing(context, agent, plan, options)
  const {outputEnvFile} = options
  if (plan.build.length > 0) await buildCanisters(context, {names: plan.build, programs, compiler, outputEnvFile})
  reporter.info('Installing canisters...')
  const installed: InstallReport[] = []
  for (const {name, mode, willInstall} of plan.canisters) {
    context.signal.throwIfAborted()
    if (!willInstall) continue
    const argument = name === options.target ? options.argument : undefined
    installed.push(await installCanister(context, agent, readBuiltCanister(context, name), {...options, argument, mode}))
  }
  reporter.info('Deployed canisters.')
  await warnOfFrozen(
    context,
    agent,
    plan.canisters.map(({name}) => ({name, id: context.canisterIds().get(name)})),
  )
  const urls = plan.canisters.map(({name}) => findUrls(context, name))
  const text = renderUrls(urls)
  if (text !== '') reporter.info(text)
  return {plan, installed, urls}
}

/** The plan alone: nothing is changed, and no network needed. */
export async function planProjectDeploy(
  context: ProjectContext,
  {target, mode}: Pick<DeployOptions, 'target' | 'mode'>,
): Promise<{readonly plan: DeployPlan; readonly programs: Awaited<ReturnType<typeof readPrograms>>}> {
  const project = context.project()
  if (target !== undefined && !project.canisters.has(target)) throw new CanisterNotInProject(target, [...project.canisters.keys()])
  const programs = await readPrograms(context, target === undefined ? [...project.canisters.keys()] : [target])
  const findId = (name: string): CanisterId | undefined => context.canisterIds().find(name)
  return {plan: planDeploy({project, network: context.network(), graph: programs.graph, target, mode, findId}), programs}
}

/** Throws ArgumentInvalid, ModeInvalid. */
function checkOptions({target, argument, mode, skipPreUpgrade, wasmMemoryPersistence, specifiedId}: DeployOptions): void {
  if (argument && target === undefined)
    throw new ArgumentInvalid('The init argument can only be set when deploying a single canister.', {hints: ['Name the canister.']})
  if (specifiedId !== undefined && target === undefined) throw new ArgumentInvalid('A specified id needs the name of its canister.')
  const isUpgrade = mode === 'upgrade' || mode === 'auto'
  if (!isUpgrade && (skipPreUpgrade || wasmMemoryPersistence))
    throw new ModeInvalid('--skip-pre-upgrade and --wasm-memory-persistence can only be used with mode upgrade or auto.')
}

async function createMissing(
  context: ProjectContext,
  agent: Awaited<ReturnType<typeof connectAgent>>,
  plan: DeployPlan,
  options: DeployOptions,
): Promise<void> {
  const missing = plan.canisters.filter(({id}) => id === undefined)
  if (missing.length === 0) return context.reporter.info('All canisters have already been created.')
  context.reporter.info('Creating canisters...')
  for (const {name} of missing) {
    const settings = planSettings(context.project().canisters.get(name)?.initialization, options.settings ?? {})
    const specifiedId = name === options.target ? options.specifiedId : undefined
    await createCanisters(context, agent, {...options, names: [name], settings, specifiedId})
  }
}

function findUrls(context: ProjectContext, name: string): CanisterUrls {
  const subject = {name, id: context.canisterIds().get(name), config: context.project().canisters.get(name)}
  return canisterUrls(subject, context.network(), context.networkUrl())
}
