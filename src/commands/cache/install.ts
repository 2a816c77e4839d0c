import {BaseCommand} from '../../cli/base-command.js'
import {installCache} from '../../operations/version-cache.js'

export default class CacheInstall extends BaseCommand {
  static override readonly summary = 'Prepare the version cache; nothing is downloaded'
  static override readonly examples = ['<%= config.bin %> cache install']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(CacheInstall)
    const {places, reporter} = this.context(flags)
    return {folder: installCache(places, reporter)}
  }
}
