/** What the canisters of a project are made of, as far as it decides the order of their builds. */

import type {CanisterConfig, MotokoCanister, Project} from '../project/project.js'
import type {DependencyGraph} from './build-order.js'
import {MainFileMissing} from './errors.js'
import {splitWords} from './motoko/compiler-options.js'
import {type MotokoProgramFiles, readMotokoProgram} from './motoko/program.js'

export interface ProjectPrograms {
  /** Declared dependencies and the canisters that Motoko sources import. */
  readonly graph: DependencyGraph
  readonly motoko: ReadonlyMap<string, MotokoProgramFiles>
}

/** Reads the sources of the named canisters and of what they depend on. Throws MainFileMissing, MotokoOptionInvalid. */
export async function readProjectPrograms(
  project: Project,
  names: readonly string[],
  packages: ReadonlyMap<string, string>,
): Promise<ProjectPrograms> {
  const graph = new Map<string, readonly string[]>()
  const motoko = new Map<string, MotokoProgramFiles>()
  let wave = [...names]
  while (wave.length > 0) {
    const found = await Promise.all(wave.map(async (name) => readDependencies(project, name, packages)))
    for (const {name, dependencies, program} of found) {
      graph.set(name, dependencies)
      if (program) motoko.set(name, program)
    }
    wave = [...new Set(found.flatMap(({dependencies}) => dependencies))].filter((name) => !graph.has(name) && project.canisters.has(name))
  }
  return {graph, motoko}
}

interface Dependencies {
  readonly name: string
  readonly dependencies: readonly string[]
  readonly program?: MotokoProgramFiles
}

async function readDependencies(project: Project, name: string, packages: ReadonlyMap<string, string>): Promise<Dependencies> {
  const canister = project.canisters.get(name)
  const declared = canister?.dependencies ?? []
  if (!canister || !isCompiledHere(canister)) return {name, dependencies: declared}
  const program = await readMotokoProgram({
    canister: name,
    root: project.root,
    main: canister.main ?? missingMain(name),
    args: splitWords(canister.args || project.defaults.build.args || ''),
    packages,
  })
  const imported = program.graph.canisters.filter((other) => project.canisters.has(other))
  return {name, dependencies: [...new Set([...declared, ...imported])], program}
}

/** A remote canister without sources is only called, never built. */
function isCompiledHere(canister: CanisterConfig): canister is MotokoCanister {
  return canister.type === 'motoko' && (canister.main !== undefined || !canister.remote)
}

function missingMain(name: string): never {
  throw new MainFileMissing(name, 'main')
}
