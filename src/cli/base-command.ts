/** What every command shares: global flags, the context, one way to show a result and one to fail. */
import {Command, type Interfaces} from '@oclif/core'
import {programName} from '../io/program.js'
import type {Reporter} from '../operations/reporter.js'
import {type CommandContext, createContext} from './context.js'
import {type ContextFlags, globalFlags} from './flags.js'
import {errorToJson, exitCodeOf, renderError} from './render-error.js'
import {paintError} from './style.js'
import {createReporter} from './terminal-reporter.js'
import {type CommandShape, findUsageError, UsageError, usageOf} from './usage-error.js'

export abstract class BaseCommand extends Command {
  static override readonly baseFlags = globalFlags
  static override readonly enableJsonFlag: boolean = true

  private verbosity = 0
  private currentReporter: Reporter | undefined

  /** Standard output and error as the flags of the line want them. */
  get reporter(): Reporter {
    this.currentReporter ??= this.createReporter({log: 'stderr', logfile: 'log.txt'})
    return this.currentReporter
  }

  /** What the command works with; call it after `parse`. */
  protected context(flags: ContextFlags): CommandContext {
    return createContext(flags, this.reporter)
  }

  /** Prints the text of a result on standard output; nothing with `--json`, where oclif prints what `run` returns. */
  protected show<T>(report: T, render: (report: T) => string): void {
    if (this.jsonEnabled()) return
    const text = render(report)
    if (text !== '') this.reporter.result(text)
  }

  /**
   * As oclif's, with three differences: mistakes are reported in clap's words, `--controller A B` takes one value (repeat the flag for
   * more), and an absent argument is never read from standard input.
   */
  protected override async parse<
    F extends Interfaces.OutputFlags<F>,
    B extends Interfaces.OutputFlags<B>,
    A extends Interfaces.OutputArgs<A>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const input = options ?? (this.ctor as Interfaces.Input<F, B, A>)
    try {
      const {baseFlags, enableJsonFlag, strict} = input
      const result = await super.parse<F, B, A>({...input, baseFlags, enableJsonFlag, strict, ...plainParsing(input)} as typeof input, argv)
      this.applyGlobalFlags(result.flags as Readonly<Record<string, unknown>>, result.raw)
      return result
    } catch (error) {
      throw findUsageError(error, this.shape(), programName()) ?? error
    }
  }

  /** For what the parser cannot see: prints with the command's usage, exit code 2. */
  protected usageError(message: string): UsageError {
    return new UsageError(message, usageOf(this.shape(), programName()))
  }

  protected override async catch(error: Error): Promise<void> {
    process.exitCode = exitCodeOf(error)
    if (this.jsonEnabled()) return this.logJson(this.toErrorJson(error))
    this.showError(error)
  }

  /** Shows an error on standard error, for commands that go on after it. */
  protected showError(error: unknown): void {
    const bugsUrl = (this.config.pjson as {bugs?: {url?: string}}).bugs?.url
    const text = renderError(error, {isVerbose: this.verbosity > 0, paint: paintError, bugsUrl})
    if (text !== '') process.stderr.write(`${text}\n`)
  }

  override toErrorJson(error: unknown): unknown {
    return errorToJson(error)
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`)
  }

  private applyGlobalFlags(flags: Readonly<Record<string, unknown>>, raw: readonly {type: string; flag?: string}[]): void {
    const count = (name: string): number => raw.filter((token) => token.type === 'flag' && token.flag === name).length
    this.verbosity = count('verbose') - count('quiet')
    this.currentReporter = this.createReporter(flags)
  }

  private createReporter({log, logfile}: Readonly<Record<string, unknown>>): Reporter {
    return createReporter({
      verbosity: this.verbosity,
      log: log as 'stderr' | 'tee' | 'file',
      logFile: String(logfile),
      isJson: this.jsonEnabled(),
      stdout: process.stdout,
      stderr: process.stderr,
    })
  }

  private shape(): CommandShape {
    const {id, args, flags} = this.ctor
    return {id, args, flags: {...globalFlags, ...flags}} as CommandShape
  }
}

type Definitions = Readonly<Record<string, object>>

function plainParsing(input: {args?: unknown; flags?: unknown}): {args: Definitions; flags: Definitions} {
  return {args: withEach(input.args, {ignoreStdin: true}), flags: withEach(input.flags, {multipleNonGreedy: true})}
}

function withEach(definitions: unknown, extra: object): Definitions {
  return Object.fromEntries(
    Object.entries((definitions ?? {}) as Definitions).map(([name, definition]) => [name, {...definition, ...extra}]),
  )
}
