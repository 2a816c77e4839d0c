import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {canAsk, Menu} from '../cli/menu.js'
import {
  createProject,
  EXTRAS,
  type Extra,
  FRONTENDS,
  type Frontend,
  isProjectName,
  type NewProjectReport,
  PROJECT_TYPES,
  type ProjectType,
} from '../operations/new-project.js'

export default class New extends BaseCommand {
  static override readonly summary = 'Create a project'
  static override readonly description = 'On a terminal it asks for what is not given.'
  static override readonly examples = [
    '<%= config.bin %> new hello',
    '<%= config.bin %> new hello --type rust --frontend react --extras internet-identity,ci',
  ]
  static override readonly args = {project_name: Args.string({required: true, description: 'A letter, then letters, digits, _ and -'})}
  static override readonly flags = {
    type: Flags.option({summary: 'Language of the backend', options: PROJECT_TYPES, helpValue: 'TYPE'})(),
    frontend: Flags.option({summary: 'The frontend', options: FRONTENDS, helpValue: 'FRONTEND', exclusive: ['no-frontend']})(),
    'no-frontend': Flags.boolean({summary: 'Create no frontend', exclusive: ['frontend']}),
    extras: Flags.string({summary: `Further parts, with commas between: ${EXTRAS.slice(0, 2).join(', ')}`, helpValue: 'EXTRAS'}),
    'agent-version': Flags.string({
      summary: 'No effect: the frontend has the agent that it was tested with',
      helpValue: 'VERSION',
      hidden: true,
    }),
    'no-install': Flags.boolean({summary: 'Do not run npm install'}),
    'dry-run': Flags.boolean({summary: 'Say what would be created'}),
  }

  async run(): Promise<NewProjectReport> {
    const {args, flags} = await this.parse(New)
    const {folder, reporter, signal} = this.context(flags)
    const name = args.project_name
    if (!isProjectName(name))
      throw this.usageError(
        `invalid value '${name}' for '<PROJECT_NAME>': a project name is a letter followed by letters, digits, '_' or '-'`,
      )
    const given = {
      type: flags.type,
      frontend: flags['no-frontend'] ? ('none' as const) : flags.frontend,
      extras: flags.extras === undefined ? undefined : this.parseExtras(flags.extras),
    }
    const isChosen = given.type !== undefined || given.frontend !== undefined || given.extras !== undefined
    const choice = isChosen || !canAsk() || this.jsonEnabled() ? {} : await askChoice()
    const {type = 'motoko', frontend = 'vanilla', extras = []} = {...choice, ...withoutUndefined(given)}
    return createProject({name, folder, type, frontend, extras, dryRun: flags['dry-run'], install: !flags['no-install'], signal}, reporter)
  }

  private parseExtras(text: string): Extra[] {
    return text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
      .map((word) => {
        const extra = EXTRAS.find((each) => each === word)
        if (!extra) throw this.usageError(`invalid value '${word}' for '--extras <EXTRAS>': expected ${EXTRAS.join(', ')}`)
        return extra
      })
  }
}

interface Choice {
  readonly type: ProjectType
  readonly frontend: Frontend
  readonly extras: readonly Extra[]
}

async function askChoice(): Promise<Choice> {
  const menu = new Menu()
  try {
    const type = await menu.chooseOne<ProjectType>('Select a backend language:', [
      {value: 'motoko', label: 'Motoko'},
      {value: 'rust', label: 'Rust'},
      {value: 'typescript', label: 'TypeScript'},
      {value: 'python', label: 'Python'},
    ])
    const frontend = await menu.chooseOne<Frontend>('Select a frontend framework:', [
      {value: 'vanilla', label: 'Vanilla JS'},
      {value: 'react', label: 'React'},
      {value: 'svelte', label: 'Svelte'},
      {value: 'vue', label: 'Vue'},
      {value: 'none', label: 'No frontend'},
    ])
    const signIn = {value: 'internet-identity', label: 'Internet Identity'} as const
    const ci = {value: 'ci', label: 'CI workflow'} as const
    const extras = await menu.chooseMany<Extra>('Add extra features:', frontend === 'none' ? [ci] : [signIn, ci])
    return {type, frontend, extras}
  } finally {
    menu.close()
  }
}

function withoutUndefined<T extends object>(value: T): {[K in keyof T]?: NonNullable<T[K]>} {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {[K in keyof T]?: NonNullable<T[K]>}
}
