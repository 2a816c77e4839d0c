import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {writeOutput} from '../cli/write-output.js'
import {publishedSchema, SCHEMA_NAMES, type SchemaName} from '../project/published-schemas.js'

export default class Schema extends BaseCommand {
  static override readonly summary = 'Print the JSON schema of a file, for editors'
  static override readonly examples = ['<%= config.bin %> schema --for networks --outfile networks-schema.json']
  static override readonly flags = {
    for: Flags.string({summary: 'The kind of file', options: SCHEMA_NAMES, default: 'dfx', helpValue: 'FILE_KIND'}),
    outfile: Flags.string({summary: 'Write it to a file', helpValue: 'FILE'}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Schema)
    const schema = publishedSchema(flags.for as SchemaName)
    if (flags.outfile === undefined) this.show(schema, (shown) => JSON.stringify(shown, null, 2))
    else writeOutput(flags.outfile, `${JSON.stringify(schema, null, 2)}\n`)
    return schema
  }
}
