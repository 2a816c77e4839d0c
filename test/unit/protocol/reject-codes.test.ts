import assert from 'node:assert/strict'
import {ERROR_CODES, type ErrorCode, isErrorCode, REJECT_CODES, rejectCodeOf} from '../../../src/protocol/reject-codes.js'

describe('error codes', () => {
  for (const {code, reject} of [
    {code: 'IC0101', reject: REJECT_CODES.SYS_FATAL},
    {code: 'IC0207', reject: REJECT_CODES.SYS_TRANSIENT},
    {code: 'IC0301', reject: REJECT_CODES.DESTINATION_INVALID},
    {code: 'IC0406', reject: REJECT_CODES.CANISTER_REJECT},
    {code: 'IC0503', reject: REJECT_CODES.CANISTER_ERROR},
    {code: 'IC0602', reject: REJECT_CODES.SYS_UNKNOWN},
  ] as const)
    it(`${code} is reject code ${reject}`, () => assert.equal(rejectCodeOf(code), reject))

  it('all have a reject code from 1 to 6', () => {
    const known = new Set<number>(Object.values(REJECT_CODES))
    assert.deepEqual(
      (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => !known.has(rejectCodeOf(code))),
      [],
    )
  })

  it('are recognised', () => assert.deepEqual(['IC0503', 'IC0999', 'toString', ''].map(isErrorCode), [true, false, false, false]))
})
