import assert from 'node:assert/strict'
import {fromHex} from '../../../src/base/bytes.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {printArgs} from '../../../src/candid/print.js'
import {findMethod} from '../../../src/candid/types.js'
import {didc} from '../../unit/candid/reference.js'
import {bombs, type Vector, vectors} from './vectors.js'

/** `(T) T = opt T` as an interface with the method `m : (T) -> ()`. */
function didOf({type}: Vector): string {
  const definition = /^\(T\) (.*)$/.exec(type)?.[1]
  return definition ? `type ${definition}; service : { m : (T) -> () }` : `service : { m : ${type} -> () }`
}

function printOurs(vector: Vector): string {
  const candid = parseDid(didOf(vector))
  const {args} = findMethod(candid, 'm')!
  return printArgs(args, decodeArgs(fromHex(vector.hex.replaceAll(' ', '')), args, candid.types), candid.types)
}

function printTheirs(vector: Vector): string | undefined {
  try {
    return didc.decode({idl: didOf(vector), input: vector.hex.replaceAll(' ', ''), serviceMethod: 'm', useServiceMethodReturnType: false})
  } catch {
    return undefined
  }
}

describe('Candid messages', () => {
  for (const vector of [...vectors, ...bombs])
    it(`${vector.code ? 'refuses' : 'reads'} ${vector.what}, expecting ${vector.type}`, () => {
      if (vector.code) assert.throws(() => printOurs(vector), {code: vector.code})
      else assert.equal(printOurs(vector), vector.text)
    })

  it('would notice a decoder that takes every opt for none (planted bug)', () => {
    const withNone = vectors.filter(({text, type}) => text?.startsWith('(opt') && !type.includes('T)'))
    assert.ok(withNone.length > 3 && withNone.every((vector) => printOurs(vector) !== '(null)'))
  })

  it('are judged as the reference judges them', () =>
    assert.deepEqual(
      vectors.filter((vector) => printTheirs(vector) !== vector.text).map(({what}) => what),
      [],
    ))
})
