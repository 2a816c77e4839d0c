import assert from 'node:assert/strict'
import fc from 'fast-check'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {StableOverlay} from '../../../../src/replica/system-api/stable-overlay.js'

const SIZE = 3 * 65_536
const writes = fc.array(
  fc.record({
    offset: fc.oneof(fc.nat(SIZE - 1), fc.constantFrom(0, 4_090, 65_530, 131_000)),
    bytes: fc.uint8Array({minLength: 1, maxLength: 9_000}),
  }),
  {maxLength: 12},
)

/** A memory of two chunks with something in it, and the same as flat bytes, one chunk longer. */
function aMemory(): {base: PagedMemory; model: Uint8Array} {
  const base = new PagedMemory(2 * 65_536)
  base.write(60_000, new Uint8Array(20_000).fill(0xaa))
  const model = new Uint8Array(SIZE)
  base.readInto(model.subarray(0, base.sizeBytes), 0)
  return {base, model}
}

describe('StableOverlay', () => {
  it('reads like a flat memory while the one below stays, and makes it so when applied', () =>
    fc.assert(
      fc.property(writes, (steps) => {
        const {base, model} = aMemory()
        const untouched = base.read(0, base.sizeBytes)
        const overlay = new StableOverlay(base)
        overlay.grow(65_536)
        const dirty = new Set<number>()
        for (const {offset, bytes: all} of steps) {
          const bytes = all.subarray(0, SIZE - offset)
          const pages = Array.from({length: SIZE / 4_096}, (_, page) => page).filter(
            (page) => page * 4_096 < offset + bytes.length && (page + 1) * 4_096 > offset,
          )
          assert.equal(overlay.countCleanPages(offset, bytes.length), pages.filter((page) => !dirty.has(page)).length)
          for (const page of pages) dirty.add(page)
          overlay.write(offset, bytes)
          model.set(bytes, offset)
        }
        assert.deepEqual(overlay.read(0, SIZE), model)
        assert.deepEqual(base.read(0, base.sizeBytes), untouched)
        assert.equal(overlay.dirtyPages, dirty.size)
        overlay.apply(base)
        assert.deepEqual(base.read(0, SIZE), model)
      }),
      {numRuns: 60},
    ))

  it('sees a byte that a planted bug would drop at a page border', () => {
    const {base} = aMemory()
    const overlay = new StableOverlay(base)
    overlay.write(4_095, Uint8Array.of(1, 2))
    assert.deepEqual([...overlay.read(4_094, 4)], [0, 1, 2, 0])
  })
})
