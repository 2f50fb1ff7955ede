import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAction, defineQuery } from './define.ts'

test('an operation that does not say whom it is for is for the user of this machine alone', () => {
  const nothing = z.object({})
  const of = {
    scope: 'core',
    summary: 'Something new',
    input: nothing,
    output: nothing,
    run: async () => ({}),
  } as const
  expect(defineAction({ ...of, name: 'some.action' }).access).toBeNull()
  expect(defineQuery({ ...of, name: 'some.query', staleBy: [] }).access).toBeNull()
})
