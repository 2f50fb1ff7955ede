import { writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/index.ts'
import { blobToUuid } from '../util/uuid.ts'
import { ContentHasher, type HashResult, WHOLE_FILE_BYTES } from './content-hash.ts'
import { contentUuid } from './content-id.ts'
import { PassingContent } from './passing-content.ts'

const hasher = await ContentHasher.load()

function idOf(result: HashResult): string {
  if (!('hash' in result)) throw new Error(result.state)
  return blobToUuid(contentUuid(result.hash))
}

/** Both ids that a file may have. */
function idsOf(bytes: Uint8Array): [sampled: string, full: string] {
  using temp = createTempDir('passing')
  const path = join(temp.path, 'a')
  writeFileSync(path, bytes)
  return [idOf(hasher.sampled(path)), idOf(hasher.full(path))]
}

async function was(id: string, bytes: Uint8Array, { size = bytes.length, piece = 65_521 } = {}): Promise<boolean> {
  const passing = await PassingContent.begin(size)
  for (let at = 0; at < bytes.length; at += piece) passing.push(bytes.subarray(at, at + piece))
  return passing.wasContent(id)
}

test.each([0, 1, WHOLE_FILE_BYTES, WHOLE_FILE_BYTES + 1, 1_500_000])(
  'what goes by in pieces has the ids of the file: %i bytes',
  async (size) => {
    const bytes = randomBytes(size)
    for (const id of idsOf(bytes))
      for (const piece of [997, 524_288]) expect(await was(id, bytes, { piece })).toBe(true)
  },
)

test('a byte of it that is another, one that is missing, and one too many are found', async () => {
  const bytes = randomBytes(1_500_000)
  const [sampled, full] = idsOf(bytes)
  const last = Buffer.from(bytes)
  last[last.length - 1]! ^= 1
  expect(await was(sampled, last)).toBe(false)
  expect(await was(sampled, bytes.subarray(0, -1))).toBe(false)
  expect(await was(sampled, bytes.subarray(0, -1), { size: bytes.length })).toBe(false)
  expect(await was(sampled, Buffer.concat([bytes, Buffer.of(0)]), { size: bytes.length })).toBe(false)
  // Between the samples only the full hash sees it.
  const between = Buffer.from(bytes)
  between[100_000]! ^= 1
  expect(await was(full, between)).toBe(false)
  expect(await was(sampled, between)).toBe(true)
})
