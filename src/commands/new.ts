import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {OptionUnsupported} from '../operations/errors.js'
import {createProject, FRONTENDS, isProjectName, type NewProjectReport, PROJECT_TYPES} from '../operations/new-project.js'

export default class New extends BaseCommand {
  static override readonly summary = 'Create a project'
  static override readonly examples = ['<%= config.bin %> new hello', '<%= config.bin %> new hello --type motoko --no-frontend']
  static override readonly args = {project_name: Args.string({required: true, description: 'A letter, then letters, digits, _ and -'})}
  static override readonly flags = {
    type: Flags.option({summary: 'Language of the backend', options: PROJECT_TYPES, default: 'motoko', helpValue: 'TYPE'})(),
    frontend: Flags.option({summary: 'The frontend', options: FRONTENDS, helpValue: 'FRONTEND', exclusive: ['no-frontend']})(),
    'no-frontend': Flags.boolean({summary: 'Create no frontend', exclusive: ['frontend']}),
    extras: Flags.string({summary: 'Further parts', helpValue: 'EXTRAS', hidden: true}),
    'agent-version': Flags.string({summary: 'Agent of the frontend', helpValue: 'VERSION', hidden: true}),
    'dry-run': Flags.boolean({summary: 'Say what would be created'}),
  }

  async run(): Promise<NewProjectReport> {
    const {args, flags} = await this.parse(New)
    const {folder, reporter} = this.context(flags)
    const name = args.project_name
    if (!isProjectName(name))
      throw this.usageError(
        `invalid value '${name}' for '<PROJECT_NAME>': a project name is a letter followed by letters, digits, '_' or '-'`,
      )
    if (flags.extras !== undefined) throw new OptionUnsupported('--extras', 'projects are created without extras for now.')
    const isUndecided = flags.frontend === undefined && !flags['no-frontend']
    if (isUndecided) reporter.info('Creating a project without a frontend: icicle has no frontend templates yet.')
    return createProject({name, folder, type: flags.type, frontend: flags.frontend ?? 'none', dryRun: flags['dry-run']}, reporter)
  }
}
