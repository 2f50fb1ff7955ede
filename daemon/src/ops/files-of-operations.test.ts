import type { Op } from '@spacedrive/core/ops'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ops } from './index.ts'

/**
 * Texts that reach no file by its path, and why. Every other text of an operation that sessions from elsewhere may use
 * must be in `files` or `onlyHere`.
 */
const harmless: Readonly<Record<string, string>> = {
  camera: 'compared with the index',
  below: 'compared with the paths of the index; no file is read',
  cursor: 'where the last page ended',
  device: 'a device',
  ext: 'compared with the index',
  etag: 'compared with that of the file',
  globs: 'patterns for files inside the location',
  key: 'a setting',
  library: 'a library that is open',
  location: 'a location that exists, by its name, id or path',
  modified: 'a time',
  taken: 'a time',
  name: 'a new name, for people',
  policy: 'names of rules',
  prefix: 'compared with names of a folder that is checked',
  query: 'compared with the index',
  rules: 'rules for files inside the location',
  sender: 'who sends files, for people',
  size: 'a size',
  transfer: 'a transfer',
  variant: 'a form of a sidecar',
  variants: 'forms of a sidecar',
  viewer: 'an id that the page has made',
  volume: 'a volume that is known',
}

interface JsonSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

/** Whether a value of this schema may hold any text, such as a path. */
function holdsText({ anyOf, enum: values, items, pattern, properties, type, ...rest }: JsonSchema): boolean {
  if (anyOf) return anyOf.some(holdsText)
  if (items) return holdsText(items)
  if (properties) return Object.values(properties).some(holdsText)
  if (type === undefined) return values === undefined && rest.const === undefined
  return type === 'string' && values === undefined && rest.const === undefined && pattern === undefined
}

function textsOf({ input }: Op): string[] {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return Object.entries(properties).flatMap(([field, schema]) => (holdsText(schema) ? [field] : []))
}

test('every text that names a file is checked for sessions from elsewhere', () => {
  const all: readonly Op[] = Object.values(ops)
  const reachable = all.filter(({ access }) => access !== null && access !== 'disk')
  const unchecked = reachable.flatMap((op) =>
    textsOf(op)
      .filter((field) => !op.files.includes(field) && !op.onlyHere.includes(field) && !Object.hasOwn(harmless, field))
      .map((field) => `${op.name}: ${field}`),
  )
  expect(unchecked).toEqual([])
  const texts = new Set(reachable.flatMap(textsOf))
  expect(Object.keys(harmless).filter((field) => !texts.has(field))).toEqual([])
  for (const op of all)
    expect([op.name, op.files.filter((field) => !textsOf(op).includes(field))]).toEqual([op.name, []])
})
