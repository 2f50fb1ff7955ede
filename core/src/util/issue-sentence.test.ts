import { expect, test } from 'vitest'
import { z } from 'zod'
import { issuesSentence } from './issue-sentence.ts'

function said(schema: z.ZodType, value: unknown): string {
  return issuesSentence(schema.safeParse(value).error?.issues ?? [])
}

test('what is wrong with a value is one line that names the field', () => {
  const schema = z.object({
    level: z.enum(['debug', 'info']),
    count: z.int().min(1),
    name: z.string().min(1),
    tags: z.array(z.string()).max(2),
    id: z.uuid(),
  })
  const good = { level: 'info', count: 1, name: 'a', tags: [], id: '01890000-0000-7000-8000-0123456789ab' }
  expect(said(schema, good)).toBe('')
  expect(said(schema, { ...good, level: 'loud' })).toBe('level must be one of debug, info')
  expect(said(schema, { ...good, count: 0, name: '' })).toBe(
    'count must be at least 1; name must have at least 1 character',
  )
  expect(said(schema, { ...good, count: 'many', tags: ['a', 'b', 'c'] })).toBe(
    'count must be a number; tags must have at most 2',
  )
  expect(said(schema, { ...good, count: 1.5 })).toBe('count must be an integer')
  expect(said(schema, { ...good, id: 'x' })).toBe('id is wrong: invalid UUID')
  expect(said(schema, { ...good, name: undefined })).toBe('name is missing')
  expect(said(z.enum(['a', 'b']).or(z.literal('c')), 'x')).toBe('it must be one of a, b, or c')
  expect(said(z.literal('off').or(z.number()), 'x')).toBe('it must be off, or a number')
  const custom = z.unknown().refine(() => false, { abort: true, error: 'is not allowed' })
  expect(said(z.number().or(custom), 'x')).toBe('it must be a number, or is not allowed')
  expect(said(z.number(), 'x')).toBe('it must be a number')
  expect(said(z.boolean(), 'yes')).toBe('it must be true or false')
  expect(said(z.strictObject({ a: z.number() }), { a: 1, b: 2 })).toBe('it has no "b"')
})
