import { expect, test } from 'vitest'
import { hasMeaning } from './has-meaning.ts'

test.each([
  'The harbour office opens at eight',
  'Two glasses of lemonade 4.50',
  'INVOICE 2024-118',
  'Выход к морю',
  '営業時間',
  '출구는 왼쪽',
  'Öffnungszeiten',
  'مكتب الميناء',
])('words have a meaning: %s', (text) => expect(hasMeaning(text)).toBe(true))

test.each([
  '',
  'EE',
  'i | . ~ l1',
  'ae oe ; _ — Sa a Ty ee i BE',
  '4711 0815',
  '© ® ° §§ || //',
  'Wy a\n\nrn ES\n\nJ',
  'the | | ~ ~ - - . . , , ; ; : : * * = = + + _ _',
  'EXIT',
  '口',
])('signs and pieces of words have none: %j', (text) => expect(hasMeaning(text)).toBe(false))
