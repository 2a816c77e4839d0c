import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {deleteCache} from '../../operations/version-cache.js'

export default class CacheDelete extends BaseCommand {
  static override readonly summary = 'Delete a version from the cache'
  static override readonly examples = ['<%= config.bin %> cache delete', '<%= config.bin %> cache delete --version 0.31.0']
  static override readonly args = {version: Args.string({description: 'The version; the current one without it'})}
  static override readonly flags = {version: Flags.string({summary: 'The version', helpValue: 'VERSION'})}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CacheDelete)
    const {places, reporter} = this.context(flags)
    const isDeleted = deleteCache(places, flags.version ?? args.version)
    reporter.info(isDeleted ? 'Deleted.' : 'There is no such version in the cache.')
    return {isDeleted}
  }
}
