import assert from 'node:assert/strict'
import {Principal as Reference} from '@dfinity/principal'
import fc from 'fast-check'
import {
  canisterIdFromNumber,
  findCanisterNumber,
  parsePrincipal,
  principalFromBytes,
  principalToBytes,
  principalToText,
} from '../../../src/protocol/principal.js'

describe('principals', () => {
  for (const {hex, text} of [
    {hex: '', text: 'aaaaa-aa'},
    {hex: '04', text: '2vxsx-fae'},
    {hex: 'abcd01', text: 'em77e-bvlzu-aq'},
    {hex: '00000000000000000101', text: 'rwlgt-iiaaa-aaaaa-aaaaa-cai'},
    {hex: '80000000001000000101', text: 'bnz7o-iuaaa-aaaaa-qaaaa-cai'},
  ]) {
    it(`writes ${hex || 'no bytes'} as ${text} and reads it back`, () => {
      assert.equal(principalToText(hex as never), text)
      assert.equal(parsePrincipal(text), hex)
    })
  }

  for (const wrong of ['', 'aaaaa', '2vxsx-faf', '2VXSX-FAE', '2vxsxfae', 'em77e-bvlzu-aq-', 'hello!'])
    it(`refuses '${wrong}'`, () => assert.throws(() => parsePrincipal(wrong), {code: 'PRINCIPAL_INVALID'}))

  it('agrees with @dfinity/principal on any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 29}), (bytes) => {
        const text = Reference.fromUint8Array(bytes).toText()
        assert.equal(principalToText(principalFromBytes(bytes)), text)
        assert.deepEqual(principalToBytes(parsePrincipal(text)), bytes)
      }),
    ))

  it('numbers canister ids', () => {
    assert.equal(principalToText(canisterIdFromNumber(1n)), 'rrkah-fqaaa-aaaaa-aaaaq-cai')
    assert.equal(findCanisterNumber(canisterIdFromNumber(0x8000_0000_0010_0000n)), 0x8000_0000_0010_0000n)
  })
})
