import assert from 'node:assert/strict'
import {fromHex, toHex} from '../../../src/base/bytes.js'
import {encodeLeb128, encodeSleb128, readLeb128, readSleb128} from '../../../src/base/leb128.js'

describe('readLeb128', () => {
  for (const {bytes, value} of [
    {bytes: '00', value: 0n},
    {bytes: 'e58e26', value: 624485n},
    {bytes: 'ff01', value: 255n},
    {bytes: '8080a7bf92ab96b217', value: 1685570400000000000n},
  ]) {
    it(`reads ${bytes} as ${value}`, () => assert.equal(readLeb128({bytes: fromHex(bytes), offset: 0}), value))
    it(`writes ${value} as ${bytes}`, () => assert.equal(toHex(encodeLeb128(value)), bytes))
  }

  it('refuses a number cut short', () => assert.throws(() => readLeb128({bytes: fromHex('80'), offset: 0}), {code: 'LEB128_TRUNCATED'}))
  it('refuses a number that is too long', () =>
    assert.throws(() => readLeb128({bytes: fromHex('808000'), offset: 0}, 2), {code: 'LEB128_TOO_LONG'}))
})

describe('readSleb128', () => {
  for (const {bytes, value} of [
    {bytes: '00', value: 0n},
    {bytes: '7f', value: -1n},
    {bytes: '40', value: -64n},
    {bytes: 'c000', value: 64n},
    {bytes: 'c0bb78', value: -123456n},
  ]) {
    it(`reads ${bytes} as ${value}`, () => assert.equal(readSleb128({bytes: fromHex(bytes), offset: 0}), value))
    it(`writes ${value} as ${bytes}`, () => assert.equal(toHex(encodeSleb128(value)), bytes))
  }
})
