import { expect, test } from 'vitest'
import { hasListed } from './index.ts'

test('a listed name is found, at the first question and at the thousandth', () => {
  const has = hasListed(['.git', new Uint8Array([0xff]), 'a'])
  const answers = Array.from({ length: 1_000 }, () => [has('.git'), has('a'), has('b')])
  expect(new Set(answers.map(String))).toEqual(new Set(['true,true,false']))
})
