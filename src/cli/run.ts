/** The program: finds the command of the line, runs it, ends with its exit code. `bin/run.js` calls it. */
import {Config, type Interfaces} from '@oclif/core'
import {errorCode} from '../io/files.js'
import {DFX_VERSION, icicleVersion, packageRoot, programName} from '../io/program.js'
import {findExtension} from '../operations/find-extension.js'
import {userPlaces} from '../project/places.js'
import IcicleHelp from './help.js'
import {EXIT_USAGE, exitCodeOf, renderError} from './render-error.js'
import {findSimilar, type Route, route} from './route.js'
import {paintError} from './style.js'
import {UsageError} from './usage-error.js'

export async function run(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads()
  try {
    const config = await Config.load({root: packageRoot()})
    config.bin = programName()
    await follow(route(argv, config.commandIDs), config)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
    process.stderr.write(`${renderError(error, {isVerbose: false, paint: paintError, bugsUrl: undefined})}\n`)
  }
  await Promise.all([drain(process.stdout), drain(process.stderr)])
  process.exit()
}

async function follow(to: Route, config: Interfaces.Config): Promise<void> {
  switch (to.kind) {
    case 'version':
      process.stdout.write(`${versionLine()}\n`)
      return
    case 'help':
      return showHelp(to.words, config, false)
    case 'incomplete':
      process.exitCode = EXIT_USAGE
      return showHelp(to.words, config, true)
    case 'unknown': {
      if (to.group === '' && findExtension(userPlaces(), to.word)) return config.runCommand('extension:run', [...to.rest])
      const similar = findSimilar(to.word, to.known)
      const tip = similar === undefined ? '' : `\n\n  tip: a similar subcommand exists: '${similar}'`
      const usage = `Usage: ${[config.bin, to.group].filter(Boolean).join(' ')} [OPTIONS] <COMMAND>`
      throw new UsageError(`unrecognized subcommand '${to.word}'${tip}`, usage)
    }
    case 'command':
      await config.runCommand(to.id, [...to.argv])
  }
}

/** `icicle 0.1.0`; under dfx's name the release it stands for comes first. */
export function versionLine(): string {
  return programName() === 'dfx' ? `dfx ${DFX_VERSION} (icicle ${icicleVersion()})` : `icicle ${icicleVersion()}`
}

async function showHelp(words: readonly string[], config: Interfaces.Config, isMistake: boolean): Promise<void> {
  await new IcicleHelp(config, {sendToStderr: isMistake}).showHelp([words.join(':')].filter(Boolean))
}

/** `icicle … | head` closes our output: no reason for words or a stack. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (errorCode(error) === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  }
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
