import assert from 'node:assert/strict'
import { formatVectors, parseVectors } from '../../../core/src/sidecars/formats/vector-file.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'embeddings of other devices: files of vectors',
  guides: ['core/src/sidecars/formats/vector-file.ts'],
  maxBytes: 200,
  seeds: () => [formatVectors([Float32Array.of(1, -0.5), Float32Array.of(0, 2)], 1), formatVectors([], 0)],
  async run(bytes) {
    const read = await readOrRefuse(() => parseVectors(bytes), { codes: ['Corrupt'] })
    if ('refused' in read) return read.refused
    const { header, vectors } = read.value
    assert.equal(vectors.length, header.count)
    assert.ok(vectors.every(({ length }) => length === header.dimensions))
    // Numbers that are none may come back with other bits.
    if (vectors.length > 0 && vectors.every((vector) => vector.every((number) => !Number.isNaN(number))))
      assert.deepEqual(formatVectors(vectors, header.names), Uint8Array.from(bytes))
    return `${header.count} ${header.names}`
  },
}
