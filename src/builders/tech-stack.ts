/** Fills in the values of `tech_stack` that are commands: `$(cargo --version)`. */

import type {TechStack} from '../project/project.js'
import {type CommandRun, runCommand} from './run-command.js'

const COMMAND = /^\$\((.*)\)$/s

/** Throws BuildCommandFailed. */
export async function evaluateTechStack(stack: TechStack, run: Pick<CommandRun, 'root' | 'env' | 'signal'>): Promise<TechStack> {
  const evaluate = async (value: string): Promise<string> => {
    const command = COMMAND.exec(value)?.[1]
    if (command === undefined) return value
    const {stdout} = await runCommand({...run, command, failure: `Failed to evaluate the tech_stack value '${value}'.`})
    return stdout.trim()
  }
  return mapDeep(stack, evaluate)
}

async function mapDeep(stack: TechStack, evaluate: (value: string) => Promise<string>): Promise<TechStack> {
  const result: Record<string, Record<string, Record<string, string>>> = {}
  for (const [category, items] of Object.entries(stack)) {
    result[category] = {}
    for (const [item, values] of Object.entries(items)) {
      result[category][item] = {}
      for (const [key, value] of Object.entries(values)) result[category][item][key] = await evaluate(value)
    }
  }
  return result
}
