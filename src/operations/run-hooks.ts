/** The `pre_install` and `post_install` commands of a canister. */

import {BuildCommandFailed} from '../builders/errors.js'
import {runCommand} from '../builders/run-command.js'
import {HookFailed} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import {projectEnvironment} from './project-environment.js'

/** Runs the commands one after the other in the project's root; what they print is shown. Throws HookFailed at the first that fails. */
export async function runHooks(context: ProjectContext, canister: string, kind: 'pre-install' | 'post-install'): Promise<void> {
  const config = context.project().canisters.get(canister)
  const commands = (kind === 'pre-install' ? config?.preInstall : config?.postInstall) ?? []
  for (const command of commands) {
    const output = await runHook(context, canister, kind, command)
    for (const text of [output.stdout, output.stderr]) if (text !== '') context.reporter.info(text)
  }
}

async function runHook(context: ProjectContext, canister: string, kind: string, command: string): ReturnType<typeof runCommand> {
  const dependencies = context.project().canisters.get(canister)?.dependencies ?? []
  try {
    return await runCommand({
      command,
      root: context.project().root,
      env: projectEnvironment(context, {canister, dependencies}),
      signal: context.signal,
      failure: (end) => `The ${kind} task \`${command}\` ${end}`,
    })
  } catch (error) {
    throw error instanceof BuildCommandFailed ? new HookFailed(error.message, {hints: error.hints, cause: error}) : error
  }
}
