import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {createReporter, type ReporterOptions} from '../../../src/cli/terminal-reporter.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

function record(options: Partial<ReporterOptions> = {}, isTTY = false) {
  const out: string[] = []
  const err: string[] = []
  const reporter = createReporter({
    verbosity: 0,
    log: 'stderr',
    logFile: 'unused',
    isJson: false,
    stdout: {write: (text) => out.push(text)},
    stderr: {isTTY, write: (text) => err.push(text)},
    ...options,
  })
  return {reporter, stdout: () => out.join(''), stderr: () => err.join('')}
}

describe('terminal reporter', () => {
  const folder = useTemporaryFolder()
  const saying = (options: Partial<ReporterOptions>) => {
    const {reporter, ...said} = record(options)
    reporter.result('result')
    reporter.info('info')
    reporter.warn('warn')
    reporter.debug('debug')
    reporter.trace('trace')
    return said
  }

  for (const {verbosity, expected} of [
    {verbosity: 2, expected: 'info\nWARNING: warn\ndebug\ntrace\n'},
    {verbosity: 1, expected: 'info\nWARNING: warn\ndebug\n'},
    {verbosity: 0, expected: 'info\nWARNING: warn\n'},
    {verbosity: -1, expected: 'WARNING: warn\n'},
    {verbosity: -2, expected: ''},
  ])
    it(`says at level ${verbosity} what belongs there`, () => {
      const said = saying({verbosity})
      assert.deepEqual([said.stdout(), said.stderr()], ['result\n', expected])
    })

  it('leaves standard output to the value with --json', () => assert.equal(saying({isJson: true}).stdout(), ''))

  it('writes to a file as well, or only there', () => {
    assert.notEqual(saying({log: 'tee', logFile: folder.file('log.txt')}).stderr(), '')
    assert.equal(saying({log: 'file', logFile: folder.file('log.txt')}).stderr(), '')
    assert.equal(readFileSync(folder.file('log.txt'), 'utf8'), 'info\nWARNING: warn\n'.repeat(2))
  })

  it('shows no spinner where no terminal is', async () => {
    const {reporter, stderr} = record()
    assert.equal(await reporter.step('working', async () => 7), 7)
    assert.equal(stderr(), '')
  })

  it('shows a spinner on a terminal and clears it, after a failure too', async () => {
    const {reporter, stderr} = record({}, true)
    await assert.rejects(reporter.step('working', () => Promise.reject(new Error('x'))))
    assert.match(stderr(), /working/)
    assert.ok(stderr().endsWith('\r\u001b[K'))
  })

  it('would be caught if information went to standard output', () => {
    const planted = record()
    planted.reporter.result('info')
    assert.notDeepEqual(planted.stdout(), '')
    const {reporter, stdout} = record()
    reporter.info('info')
    assert.equal(stdout(), '')
  })
})
