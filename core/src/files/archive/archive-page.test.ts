import { expect, test } from 'vitest'
import { parsePage } from './archive-page.ts'

test('a page of four billion members is refused before they are looked at', () => {
  const endless: unknown[] = []
  endless.length = 2 ** 32 - 1
  const valid = { format: 'zip', members: [], truncated: false, total: 1 }
  expect(parsePage(valid)).toEqual(valid)
  expect(() => parsePage({ ...valid, members: endless })).toThrow('it is not a page of a listing')
})
