import assert from 'node:assert/strict'
import {renderDiagnostic} from '../../../../src/builders/diagnostics.js'
import {parseDiagnostics} from '../../../../src/builders/typescript/type-check.js'

const output = `/p/node_modules/typescript/lib/lib.d.ts
src/index.ts(3,9): error TS2322: Type 'number' is not assignable to type 'string'.
src/index.ts(7,1): error TS2345: Argument of type 'A' is not assignable.
  Type 'A' is missing 'b'.
error TS5023: Unknown compiler option 'x'.
`

describe('parseDiagnostics', () => {
  it('reads places, codes and further lines', () => {
    const found = parseDiagnostics(output, '/p')
    assert.deepEqual(
      found.map(({file, range, code}) => [file, range.start.line, range.start.column, code]),
      [
        ['src/index.ts', 3, 9, 'TS2322'],
        ['src/index.ts', 7, 1, 'TS2345'],
        ['tsconfig.json', 1, 1, 'TS5023'],
      ],
    )
    assert.match(found[1]!.message, /\n {2}Type 'A' is missing/)
  })

  it('is shown as other findings are', () =>
    assert.equal(
      renderDiagnostic(parseDiagnostics(output, '/p')[0]!, 'a\nb\nconst x: string = 1'),
      "src/index.ts:3:9: type error [TS2322], Type 'number' is not assignable to type 'string'.\n  3 | const x: string = 1\n    |         ^",
    ))

  it('would catch a column counted from 0', () => assert.notEqual(parseDiagnostics(output, '/p')[0]!.range.start.column, 8))
})
