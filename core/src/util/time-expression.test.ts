import { expect, test } from 'vitest'
import { parseTimeExpression } from './time-expression.ts'

/** Wednesday. */
const now = new Date(2024, 6, 17, 15, 30).getTime()
const at = (text: string): number => {
  const [y, m, d, h, min] = text.split(/[- :]/).map(Number)
  return new Date(y!, m! - 1, d, h ?? 0, min ?? 0).getTime()
}

test.each([
  ['today', '2024-07-17', '2024-07-18'],
  ['yesterday', '2024-07-16', '2024-07-17'],
  ['this week', '2024-07-15', '2024-07-22'],
  ['last week', '2024-07-08', '2024-07-15'],
  ['last weekend', '2024-07-13', '2024-07-15'],
  ['Last  Month', '2024-06-01', '2024-07-01'],
  ['this year', '2024-01-01', '2025-01-01'],
  ['last year', '2023-01-01', '2024-01-01'],
  ['last summer', '2023-06-01', '2023-09-01'],
  ['this summer', '2024-06-01', '2024-09-01'],
  ['summer', '2024-06-01', '2024-09-01'],
  ['last winter', '2023-12-01', '2024-03-01'],
  ['autumn 2022', '2022-09-01', '2022-12-01'],
  ['march', '2024-03-01', '2024-04-01'],
  ['december', '2023-12-01', '2024-01-01'],
  ['last july', '2023-07-01', '2023-08-01'],
  ['aug 2020', '2020-08-01', '2020-09-01'],
  ['monday', '2024-07-15', '2024-07-16'],
  ['wednesday', '2024-07-17', '2024-07-18'],
  ['last wednesday', '2024-07-10', '2024-07-11'],
  ['3 days ago', '2024-07-14', '2024-07-15'],
  ['1 month ago', '2024-06-01', '2024-07-01'],
  ['2024', '2024-01-01', '2025-01-01'],
  ['2024-02', '2024-02-01', '2024-03-01'],
  ['2024-02-29', '2024-02-29', '2024-03-01'],
  ['2024-05-01T14:30', '2024-05-01 14:30', '2024-05-01 14:31'],
  ['2024-05-01..2024-06-01', '2024-05-01', '2024-06-02'],
  ['2023..last month', '2023-01-01', '2024-07-01'],
  ['7d', '2024-07-10 15:30', '2024-07-18'],
  ['last 2 weeks', '2024-07-03 15:30', '2024-07-18'],
  ['3m', '2024-04-17 15:30', '2024-07-18'],
  ['12h', '2024-07-17 03:30', '2024-07-18'],
])('%s', (text, from, to) => {
  expect(parseTimeExpression(text, now)).toEqual({ from: at(from), to: at(to) })
})

test.each([
  ['>2023', at('2024-01-01'), Infinity],
  ['after 2023', at('2024-01-01'), Infinity],
  ['>=2023', at('2023-01-01'), Infinity],
  ['since yesterday', at('2024-07-16'), Infinity],
  ['<2024-05', -Infinity, at('2024-05-01')],
  ['before last week', -Infinity, at('2024-07-08')],
  ['<= 2024-05', -Infinity, at('2024-06-01')],
  ['..2023', -Infinity, at('2024-01-01')],
  ['2023..', at('2023-01-01'), Infinity],
  ['>7d', -Infinity, at('2024-07-10 15:30')],
  ['older than 1 year', -Infinity, at('2023-07-17 15:30')],
  ['<7d', at('2024-07-10 15:30'), Infinity],
  ['2024-05-01T14:30:00Z', Date.UTC(2024, 4, 1, 14, 30), Date.UTC(2024, 4, 1, 14, 30, 1)],
  ['2024-05-01 14:30+02:00', Date.UTC(2024, 4, 1, 12, 30), Date.UTC(2024, 4, 1, 12, 31)],
])('%s', (text, from, to) => {
  expect(parseTimeExpression(text, now)).toEqual({ from, to })
})

test('in January, last month and last winter reach back over the turn of the year', () => {
  const january = new Date(2024, 0, 5).getTime()
  expect(parseTimeExpression('last month', january)).toEqual({ from: at('2023-12-01'), to: at('2024-01-01') })
  expect(parseTimeExpression('last winter', january)).toEqual({ from: at('2022-12-01'), to: at('2023-03-01') })
  expect(parseTimeExpression('winter', january)).toEqual({ from: at('2023-12-01'), to: at('2024-03-01') })
})

test.each([
  '',
  'soon',
  '2023-02-30',
  '2024-13',
  '..',
  '2024-05-01T25:00',
  'last',
  '99',
  '7 apples',
  'last summer 2020',
  'after 7d',
])('%j is refused', (text) => {
  expect(() => parseTimeExpression(text, now)).toThrow(/cannot read the time/)
})
