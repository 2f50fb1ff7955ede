import assert from 'node:assert/strict'
import { read as readRtf } from '../../../core/src/sidecars/generators/text/readers/rtf.ts'
import { inFile } from '../in-file.ts'
import { type FuzzTarget, readOrRefuse, reasonOf } from '../target.ts'

const MAX_CHARS = 300

export const target: FuzzTarget = {
  reads: 'rich text (RTF)',
  guides: ['core/src/sidecars/generators/text/readers/rtf.ts', 'core/src/sidecars/generators/text/page-collector.ts'],
  maxBytes: 800,
  tokens: [
    '\\ansicpg932',
    "\\'e4",
    '\\u8364 ?',
    '\\uc2',
    '\\bin5 ',
    '{\\*',
    '{\\fonttbl',
    '\\par',
    '\\uc-1',
    '\\bin9999999999',
  ],
  seeds: () => [
    Buffer.from("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl Arial;}{\\*\\x y}Gr\\'fc\\'dfe\\par \\u8364 ? \\emdash\\~\\{}"),
    Buffer.from('{\\rtf1\\ansicpg65001 \\bin3 abc}'),
  ],
  run: (bytes) =>
    inFile(bytes, async (path) => {
      const found = await readOrRefuse(() => readRtf(path, MAX_CHARS, () => Promise.resolve(null)), {
        codes: ['Corrupt', 'NothingToMake'],
      })
      if ('refused' in found) return found.refused
      const length = found.value.pages.reduce((sum, page) => sum + page.text.length, 0)
      assert.ok(length <= MAX_CHARS, `${length} characters`)
      return reasonOf(found.value.pages.map(({ text }) => text).join())
        .replaceAll(/[a-z]+/gi, 'a')
        .slice(0, 20)
    }),
}
