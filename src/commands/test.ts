import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {runTests, type TestReport} from '../operations/run-tests.js'

export default class Test extends BaseCommand {
  static override readonly summary = 'Run the tests of the project'
  static override readonly description =
    "Runs test/**/*.test.js with Node's test runner, each file in a process of its own. Tests import 'icicle/testing' to start a network, deploy to it and move its time."
  static override readonly examples = ['<%= config.bin %> test', '<%= config.bin %> test test/backend.test.js --name greets']
  static override readonly strict = false
  static override readonly args = {path: Args.string({description: 'Files or folders; without any: test'})}
  static override readonly flags = {
    name: Flags.string({summary: 'Only tests whose name matches this regular expression', helpValue: 'PATTERN'}),
  }

  async run(): Promise<TestReport> {
    const {argv, flags} = await this.parse(Test)
    const report = await runTests(this.context({}), {paths: argv as string[], pattern: flags.name})
    if (report.exitCode !== 0) process.exitCode = 1
    return report
  }
}
