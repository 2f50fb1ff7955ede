import { expect, test } from 'vitest'
import { crowdedHeic } from '../../../../../../testing/media/index.ts'
import { HeifItems } from './heif-items.ts'

test('a list that promises billions of places is refused before it takes all memory', () => {
  expect(() => new HeifItems(Buffer.from(crowdedHeic()))).toThrow(expect.objectContaining({ code: 'Corrupt' }))
})
