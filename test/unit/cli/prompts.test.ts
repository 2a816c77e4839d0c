import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {packageRoot} from '../../../src/io/program.js'

const module = pathToFileURL(join(packageRoot(), 'build', 'src', 'cli', 'prompts.js')).href

function answer(input: string): {readonly consent: string; readonly shown: string} {
  const script = `import {askConsent} from '${module}'; console.log(await askConsent('All data is lost.'))`
  const {stdout, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', script], {input, encoding: 'utf8', timeout: 10_000})
  return {consent: stdout.trim(), shown: stderr}
}

describe('askConsent', () => {
  for (const [input, consent] of [
    ['yes\n', 'true'],
    ['Y\n', 'true'],
    ['YES', 'true'],
    ['no\n', 'false'],
    ['\n', 'false'],
    ['yesterday\n', 'false'],
    ['', 'false'],
  ] as const)
    it(`takes ${JSON.stringify(input)} for ${consent}`, () => assert.equal(answer(input).consent, consent))

  it('warns and asks on standard error', () =>
    assert.equal(answer('').shown, 'WARNING!\nAll data is lost.\nDo you want to proceed? yes/No\n'))
})
