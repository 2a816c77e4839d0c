import {BaseCommand} from '../../cli/base-command.js'
import {currentCacheFolder} from '../../operations/version-cache.js'

export default class CacheShow extends BaseCommand {
  static override readonly summary = 'Show the folder of the version cache'
  static override readonly examples = ['<%= config.bin %> cache show']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(CacheShow)
    const report = {folder: currentCacheFolder(this.context(flags).places)}
    this.show(report, ({folder}) => folder)
    return report
  }
}
