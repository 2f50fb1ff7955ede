import { expect, test } from 'vitest'
import { versionOf } from './kind-states.ts'

const file = (...bytes: number[]) => ({ recipe: 2, checksum: Uint8Array.from([...bytes, 9, 9]) })

test('the version of one file is its recipe and how its checksum begins', () => {
  expect(versionOf([file(0xff, 0, 0, 1)])).toBe('2-ff000001')
  expect(versionOf([{ recipe: 1, checksum: null }])).toBe('1-00000000')
})

test('the version of several files is another one when any of them is, whatever their order', () => {
  const [one, other] = [file(1, 2, 3, 4), file(0xff, 6, 7, 8)]
  expect(versionOf([one, other])).toBe(versionOf([other, one]))
  expect(versionOf([one, one])).not.toBe(versionOf([other, other]))
})
