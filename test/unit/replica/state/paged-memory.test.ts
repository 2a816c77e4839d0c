import assert from 'node:assert/strict'
import fc from 'fast-check'
import {CHUNK_BYTES, PAGE_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'

const aMemory = (chunks: number): PagedMemory => {
  const memory = new PagedMemory()
  memory.growTo(chunks * CHUNK_BYTES)
  return memory
}

describe('PagedMemory', () => {
  it('reads zero where nothing was written', () => assert.deepEqual(aMemory(1).read(10, 3), new Uint8Array(3)))

  it('reports the pages a write touches, across chunks', () => {
    const memory = aMemory(2)
    memory.write(CHUNK_BYTES - 1, Uint8Array.of(1, 2))
    memory.write(PAGE_BYTES, Uint8Array.of(3))
    assert.deepEqual(memory.listDirtyPages(), [1, 15, 16])
    memory.clearDirty()
    assert.deepEqual(memory.listDirtyPages(), [])
  })

  it('loads a chunk from its source once, at first use', () => {
    const loads: number[] = []
    const memory = new PagedMemory(2 * CHUNK_BYTES, {
      loadChunk(index) {
        loads.push(index)
        return index === 1 ? new Uint8Array(CHUNK_BYTES).fill(7) : undefined
      },
    })
    assert.deepEqual(loads, [])
    assert.equal(memory.read(CHUNK_BYTES, 1)[0], 7)
    memory.write(CHUNK_BYTES, Uint8Array.of(8))
    memory.write(0, Uint8Array.of(9))
    assert.deepEqual([...memory.read(CHUNK_BYTES, 2), ...memory.read(0, 2)], [8, 7, 9, 0])
    assert.deepEqual(loads, [1, 0])
  })

  it('keeps clones apart, whichever side writes', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({toClone: fc.boolean(), offset: fc.nat(3 * CHUNK_BYTES - 64), bytes: fc.uint8Array({minLength: 1, maxLength: 64})}),
        ),
        (writes) => {
          const memory = aMemory(3)
          memory.write(100, Uint8Array.of(1, 2, 3))
          const clone = memory.clone()
          const models = [memory, clone].map((each) => each.read(0, each.sizeBytes))
          for (const {toClone, offset, bytes} of writes) {
            ;(toClone ? clone : memory).write(offset, bytes)
            models[toClone ? 1 : 0]!.set(bytes, offset)
          }
          assert.deepEqual(memory.read(0, memory.sizeBytes), models[0])
          assert.deepEqual(clone.read(0, clone.sizeBytes), models[1])
        },
      ),
      {numRuns: 50},
    ))

  it('refuses a range outside', () => assert.throws(() => aMemory(1).read(CHUNK_BYTES, 1), {name: 'InvariantViolation'}))
})
