import { expect, test } from 'vitest'
import { parseMakeReply } from './make-reply.ts'

test('four billion results are refused before they are looked at', () => {
  const endless: unknown[] = []
  endless.length = 2 ** 32 - 1
  const valid = { engine: { name: 'test', version: '1' }, outputs: [] }
  expect(parseMakeReply(valid)).toEqual(valid)
  expect(() => parseMakeReply({ ...valid, outputs: endless })).toThrow('it does not describe what was made')
})
