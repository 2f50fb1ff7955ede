import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countLeading } from './count-leading.ts'

test('the folders at the beginning are counted, whatever the folder holds', async () => {
  const counts = fc.tuple(fc.nat({ max: 3_000 }), fc.nat({ max: 3_000 }))
  await fc.assert(
    fc.asyncProperty(counts, async ([folders, files]) => {
      const entryAt = async (row: number) => ({ kind: row < folders ? ('directory' as const) : ('file' as const) })
      expect(await countLeading(folders + files, entryAt)).toBe(folders)
    }),
  )
})

test('of a million entries twenty are looked at', async () => {
  const asked: number[] = []
  const folders = await countLeading(1_000_000, async (row) => {
    asked.push(row)
    return { kind: row < 7 ? 'directory' : 'file' }
  })
  expect(folders).toBe(7)
  expect(asked.length).toBeLessThanOrEqual(20)
})
