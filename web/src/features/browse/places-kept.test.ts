// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest'
import { noChoice } from './choice.ts'
import { keepPlace, keptPlace, type KeptPlace } from './places-kept.ts'
import { only } from './selection.ts'

beforeEach(() => sessionStorage.clear())

const place = (top: number): KeptPlace => ({ top, total: 100, choice: noChoice })

test('a place is kept for its entry of the history alone, the latest one', () => {
  keepPlace('a', place(10))
  keepPlace('b', place(20))
  keepPlace('a', place(30))
  expect([keptPlace('a'), keptPlace('b'), keptPlace('c')]).toEqual([place(30), place(20), null])
})

test('of many places the latest sixty are kept', () => {
  for (let i = 0; i < 70; i++) keepPlace(`${i}`, place(i))
  expect(keptPlace('69')).toEqual(place(69))
  expect(keptPlace('10')).toEqual(place(10))
  expect(keptPlace('9')).toBeNull()
})

test('what was chosen is kept with the place, unless it is spread over very many rows', () => {
  const chosen = (count: number): KeptPlace => ({
    ...place(1),
    choice: {
      ...noChoice,
      selection: only(...Array.from({ length: count }, (_, i) => ({ first: 2 * i, last: 2 * i }))),
    },
  })
  keepPlace('few', chosen(500))
  keepPlace('many', chosen(501))
  expect(keptPlace('few')).toEqual(chosen(500))
  expect(keptPlace('many')).toBeNull()
})

test('a store that another program has filled is taken for empty', () => {
  sessionStorage.setItem('spacedrive.places', '{')
  expect(keptPlace('a')).toBeNull()
  keepPlace('a', place(5))
  expect(keptPlace('a')).toEqual(place(5))
})
