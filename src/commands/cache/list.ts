import {BaseCommand} from '../../cli/base-command.js'
import {listCache} from '../../operations/version-cache.js'

export default class CacheList extends BaseCommand {
  static override readonly summary = 'List the versions in the cache; a star marks the current one'
  static override readonly examples = ['<%= config.bin %> cache list']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(CacheList)
    const versions = listCache(this.context(flags).places)
    this.show(versions, (shown) => shown.map(({version, isCurrent}) => (isCurrent ? `${version} *` : version)).join('\n'))
    return versions
  }
}
