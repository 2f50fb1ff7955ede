import { expect, test } from 'vitest'
import { kindName } from './kind-name.ts'

test('a kind that the page has no name for has the name that the engine gives it', () => {
  const kinds = [
    { kind: 'thumb', label: 'Thumbnails' },
    { kind: 'outline', label: 'Outlines' },
  ]
  const names = { thumb: 'Vorschaubilder' }
  expect(['thumb', 'outline', 'unknown'].map((kind) => kindName(kind, names, kinds))).toEqual([
    'Vorschaubilder',
    'Outlines',
    'unknown',
  ])
})
