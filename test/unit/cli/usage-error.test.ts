import assert from 'node:assert/strict'
import {Args, Config, Flags} from '@oclif/core'
import {BaseCommand} from '../../../src/cli/base-command.js'
import {UsageError} from '../../../src/cli/usage-error.js'
import {packageRoot} from '../../../src/io/program.js'

class Probe extends BaseCommand {
  static override readonly id = 'canister:probe'
  static override readonly args = {canister: Args.string({required: true}), argument: Args.string()}
  static override readonly flags = {
    all: Flags.boolean({exclusive: ['specified-id']}),
    'specified-id': Flags.string({helpValue: 'PRINCIPAL', exclusive: ['all']}),
    mode: Flags.string({options: ['install', 'upgrade']}),
    controller: Flags.string({multiple: true}),
    size: Flags.integer({min: 1}),
  }

  override async run() {
    return await this.parse(Probe)
  }
}

let config: Config

/** The message of the usage error, or what was parsed. */
async function parse(...argv: readonly string[]) {
  try {
    return await new Probe([...argv], config).run()
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error))
    return error.message
  }
}

describe('usage errors', () => {
  before(async () => {
    config = await Config.load({root: packageRoot()})
  })

  const cases: readonly (readonly [line: readonly string[], message: string])[] = [
    [[], 'the following required arguments were not provided:\n  <CANISTER>'],
    [['a', 'b', 'c'], "unexpected argument 'c' found"],
    [['a', '--nonsense'], "unexpected argument '--nonsense' found"],
    [['a', '--all', '--specified-id', 'x'], "the argument '--all' cannot be used with '--specified-id <PRINCIPAL>'"],
    [['a', '--specified-id', 'x', '--all'], "the argument '--specified-id <PRINCIPAL>' cannot be used with '--all'"],
    [['a', '--mode', 'up'], "invalid value 'up' for '--mode <MODE>'\n  [possible values: install, upgrade]"],
    [['a', '--specified-id'], "a value is required for '--specified-id <PRINCIPAL>' but none was supplied"],
    [['a', '--mode', 'install', '--mode', 'install'], "the argument '--mode <MODE>' cannot be used multiple times"],
    [['a', '--size', 'x'], "invalid value for '--size <SIZE>': Expected an integer but received: x"],
    [['a', '--identity'], "a value is required for '--identity <NAME>' but none was supplied"],
    [['a', '--log', 'x'], "invalid value 'x' for '--log <LOG>'\n  [possible values: stderr, tee, file]"],
  ]
  for (const [line, message] of cases) it(`of '${line.join(' ')}' are clap's`, async () => assert.equal(await parse(...line), message))

  it('show the usage of the command', async () => {
    await assert.rejects(new Probe([], config).run(), {usage: 'Usage: icicle canister probe [OPTIONS] <CANISTER> [ARGUMENT]'})
  })

  it('do not come from a repeatable flag before an argument', async () => {
    const parsed = await parse('--controller', 'x', 'a', '--controller', 'y')
    assert.ok(typeof parsed !== 'string')
    assert.deepEqual([parsed.args.canister, parsed.flags.controller], ['a', ['x', 'y']])
  })

  it('would be caught in the words of the parser itself', async () => {
    const planted = `${await parse()}\nSee more help with --help`
    assert.notEqual(planted, cases[0]![1])
    for (const [line] of cases) assert.doesNotMatch(String(await parse(...line)), /See more help|Nonexistent|Missing \d/)
  })
})
