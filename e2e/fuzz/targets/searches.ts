import assert from 'node:assert/strict'
import { SearchInput } from '../../../core/src/domain/search.ts'
import { planSearch } from '../../../core/src/search/search-plan.ts'
import { parseSizeExpression } from '../../../core/src/search/size-expression.ts'
import { parseTimeExpression } from '../../../core/src/util/time-expression.ts'
import { textOf } from '../pieces.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const NOW = Date.UTC(2024, 4, 15)

export const target: FuzzTarget = {
  reads: 'searches: words and quotes, sizes, times, cursors',
  guides: [
    'core/src/search/search-plan.ts',
    'core/src/search/size-expression.ts',
    'core/src/util/time-expression.ts',
    'core/src/search/cursor.ts',
    'core/src/search/split-query.ts',
  ],
  maxBytes: 200,
  tokens: [
    'today',
    'last summer',
    '2024-05',
    '..',
    '>=',
    '7d',
    '1.5GiB',
    '"',
    '-',
    'last week',
    'yesterday',
    '<2 weeks',
  ],
  seeds: () =>
    [
      'two "words here"',
      '>100MB',
      '1kb..2mb',
      '2024-05-01..2024-06-01',
      'last summer',
      '7d',
      'WyJhIiwxLDIsMyw0LCJiIl0',
    ].map((text) => Buffer.from(text)),
  async run(bytes) {
    const text = textOf(bytes)
    const inputs = [
      { query: text },
      { query: 'a', size: text },
      { query: 'a', modified: text },
      { query: 'a', cursor: text },
    ]
    const outcomes = inputs.map(async (input) => {
      const parsed = SearchInput.safeParse(input)
      if (!parsed.success) return 'invalid'
      const read = await readOrRefuse(() => planSearch(parsed.data, NOW), { codes: ['InvalidInput'] })
      if ('refused' in read) return read.refused.slice(0, 12)
      const { modified, size, words } = read.value
      for (const range of [modified, size]) {
        const ends = Object.values(range ?? {}).filter((end) => end !== null && end !== undefined)
        assert.ok(
          ends.every((end) => typeof end === 'number' && !Number.isNaN(end)),
          `an end of ${ends.join()}`,
        )
      }
      return `${words.length > 1} ${size !== null} ${modified !== null}`
    })
    // Of the two languages each reads what the other one refuses, or refuses it too; none throws anything else.
    await readOrRefuse(() => parseSizeExpression(text), { codes: ['InvalidInput'] })
    await readOrRefuse(() => parseTimeExpression(text, NOW), { codes: ['InvalidInput'] })
    return (await Promise.all(outcomes)).join()
  },
}
