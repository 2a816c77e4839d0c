import assert from 'node:assert/strict'
import {InvariantViolation} from '../../../src/base/invariant.js'
import {errorToJson, exitCodeOf, renderError} from '../../../src/cli/render-error.js'
import {UsageError} from '../../../src/cli/usage-error.js'
import {CanisterNotInProject} from '../../../src/project/errors.js'

const plain = {isVerbose: false, paint: (text: string) => text, bugsUrl: undefined}
const withHints = new CanisterNotInProject('b', ['a'])
const chain = new Error('Failed to deploy', {cause: new Error('Failed to build', {cause: new Error('no such file')})})

describe('renderError', () => {
  it('shows the causes, one a line', () =>
    assert.equal(renderError(chain, plain), 'Error: Failed to deploy\nCaused by: Failed to build\nCaused by: no such file'))

  it('shows hints instead of causes', () =>
    assert.equal(
      renderError(withHints, plain),
      'Error: Canister \'b\' is not in dfx.json.\nTo fix: Known canisters: a.\nAdd it under "canisters".',
    ))

  it('shows a mistake in the line with the usage', () =>
    assert.equal(
      renderError(new UsageError('unexpected argument', 'Usage: icicle stop [OPTIONS]'), plain),
      "error: unexpected argument\n\nUsage: icicle stop [OPTIONS]\n\nFor more information, try '--help'.",
    ))

  it('shows a bug with its stack and where to report it', () => {
    const text = renderError(new InvariantViolation('two heads'), {...plain, bugsUrl: 'https://bugs.example'})
    assert.match(text, /^Error: two heads\nInvariantViolation: two heads\n {4}at /)
    assert.match(text, /This is a bug in icicle\. Please report it with the lines above: https:\/\/bugs\.example$/)
  })

  it('never shows a stack of what the user can mend', () => {
    for (const error of [withHints, chain, new UsageError('x')])
      assert.doesNotMatch(renderError(error, {...plain, isVerbose: true}), /\n\s+at /)
  })

  it('is silent after Ctrl-C', () => assert.equal(renderError(AbortSignal.abort().reason, plain), ''))

  it('gives the exit codes of dfx', () =>
    assert.deepEqual([chain, withHints, new UsageError('x'), AbortSignal.abort().reason].map(exitCodeOf), [255, 255, 2, 130]))

  it('would catch a renderer that drops the cause', () => assert.notEqual(renderError(chain, plain), `Error: ${chain.message}`))
})

describe('errorToJson', () => {
  it('has the code, the hints and the data of the error', () =>
    assert.deepEqual(errorToJson(withHints), {
      error: {
        code: 'CANISTER_NOT_IN_PROJECT',
        message: "Canister 'b' is not in dfx.json.",
        hints: ['Known canisters: a.', 'Add it under "canisters".'],
        causes: [],
        canister: 'b',
        known: ['a'],
      },
    }))

  it('has the causes of any other', () =>
    assert.deepEqual(errorToJson(chain).error, {
      code: 'FAILED',
      message: 'Failed to deploy',
      hints: [],
      causes: ['Failed to build', 'no such file'],
    }))
})
