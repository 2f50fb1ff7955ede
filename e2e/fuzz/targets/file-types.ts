import assert from 'node:assert/strict'
import { bytesSource } from '../../../core/src/content/types/byte-source.ts'
import { Identifier } from '../../../core/src/content/types/identify.ts'
import { fileTypeTable } from '../../../core/src/content/types/table/index.ts'
import { binaryFixtures, textFixtures } from '../../../core/testing/file-types/index.ts'
import type { FuzzTarget } from '../target.ts'

const MAX_BYTES = 1_024
const identifier = new Identifier(fileTypeTable)
const noName = { name: '', extension: '' }

export const target: FuzzTarget = {
  reads: 'the first bytes of any file, to tell its type',
  guides: ['core/src/content/types/'],
  maxBytes: MAX_BYTES,
  seeds: () => [
    ...Object.values(binaryFixtures).filter(({ length }) => length <= MAX_BYTES),
    ...Object.values(textFixtures).map((text) => Buffer.from(text).subarray(0, MAX_BYTES)),
  ],
  run(bytes) {
    const found = identifier.identify(bytesSource(bytes), noName)
    assert.ok(found.definition === null || fileTypeTable.includes(found.definition))
    assert.ok(found.confidence >= 0 && found.confidence <= 100)
    // A file whose head alone was read is told in the same way, unless the end of the file matters.
    identifier.identify(bytesSource(bytes, 2 ** 40), noName)
    return found.definition?.id ?? 'unknown'
  },
}
