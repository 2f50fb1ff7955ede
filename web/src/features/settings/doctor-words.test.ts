import { expect, test } from 'vitest'
import { checkName, engineJob } from './doctor-words.ts'

test('a check keeps the name of what it is about, and one nobody knows its own', () => {
  expect(checkName('database of My films', 'de')).toBe('Datenbank von My films')
  expect(checkName('location of mine', 'de')).toBe('location of mine')
  expect(checkName('location Bilder', 'de')).toBe('Ort Bilder')
  expect(checkName('free space', 'de')).toBe('Freier Platz')
  expect(checkName('free space', 'en')).toBe('free space')
  expect(engineJob('text of PDF', 'de')).toBe('Text von PDF')
})
