import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {runExtension} from '../../operations/extensions.js'

export default class ExtensionRun extends BaseCommand {
  static override readonly summary = 'Run an extension; its own name does the same'
  static override readonly examples = ['<%= config.bin %> extension run sns -- --help']
  static override readonly strict = false
  static override readonly enableJsonFlag = false
  static override readonly args = {name: Args.string({required: true, description: 'Name of the extension'})}

  /** Words after the name belong to the extension, flags too: nothing of them is read here. */
  async run(): Promise<{readonly exitCode: number}> {
    const [name, ...args] = this.argv.filter((word) => word !== '--')
    if (name === undefined || name.startsWith('-')) throw this.usageError('the following required arguments were not provided:\n  <NAME>')
    const {places, folder, findProject} = this.context({})
    const exitCode = await runExtension(places, name, {args, folder: findProject()?.root ?? folder})
    process.exitCode = exitCode
    return {exitCode}
  }
}
