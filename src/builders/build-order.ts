/** The order in which canisters are built: whatever is imported comes first; equals in the order of their names. */

import {CircularDependencies} from './errors.js'

export type DependencyGraph = ReadonlyMap<string, readonly string[]>

/** `names` with everything they depend on, dependencies first. Names outside the graph are left out. Throws CircularDependencies. */
export function planBuildOrder(names: readonly string[], graph: DependencyGraph): string[] {
  const order: string[] = []
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new CircularDependencies([...path.slice(path.indexOf(name)), name])
    const dependencies = graph.get(name)
    if (!dependencies || order.includes(name)) return
    for (const dependency of [...dependencies].sort()) visit(dependency, [...path, name])
    order.push(name)
  }
  for (const name of [...names].sort()) visit(name, [])
  return order
}

/** The same order in steps: what stands in one step does not depend on each other. */
export function planBuildSteps(order: readonly string[], graph: DependencyGraph): string[][] {
  const stepOf = new Map<string, number>()
  for (const name of order) {
    const below = (graph.get(name) ?? []).flatMap((dependency) => stepOf.get(dependency) ?? [])
    stepOf.set(name, Math.max(-1, ...below) + 1)
  }
  const steps: string[][] = []
  for (const name of order) {
    const step = stepOf.get(name)!
    steps[step] = [...(steps[step] ?? []), name]
  }
  return steps
}
