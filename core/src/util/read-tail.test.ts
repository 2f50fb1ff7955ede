import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { readTail, readTailSync } from './read-tail.ts'

for (const [name, read] of [
  ['readTail', readTail],
  ['readTailSync', readTailSync],
] as const) {
  test(`${name}: the tail of a long file begins with a whole line, and that of no file is empty`, async () => {
    using temp = createTempDir('tail')
    const file = join(temp.path, 'a.log')
    writeFileSync(file, Array.from({ length: 400_000 }, (_, i) => `line ${i}\n`).join(''))
    expect(await read(file, 2)).toEqual(['line 399998', 'line 399999'])
    expect((await read(file, 1_000_000))[0]).toMatch(/^line \d+$/)
    expect(await read(join(temp.path, 'none'), 5)).toEqual([])
  })
}
