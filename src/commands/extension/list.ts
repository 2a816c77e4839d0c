import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {listAvailable, listExtensions} from '../../operations/extensions.js'

export default class ExtensionList extends BaseCommand {
  static override readonly summary = 'List the extensions that are installed, or that there are'
  static override readonly examples = ['<%= config.bin %> extension list', '<%= config.bin %> extension list --available']
  static override readonly flags = {
    available: Flags.boolean({summary: 'Those of the catalogue'}),
    'catalog-url': Flags.string({summary: 'Another catalogue', helpValue: 'URL'}),
  }

  async run(): Promise<readonly string[]> {
    const {flags} = await this.parse(ExtensionList)
    const {places, reporter} = this.context(flags)
    const names = flags.available ? await listAvailable(flags['catalog-url']) : listExtensions(places).map(({name}) => name)
    if (names.length === 0) reporter.info('No extensions installed')
    this.show(names, (shown) => shown.join('\n'))
    return names
  }
}
