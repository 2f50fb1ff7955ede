// @vitest-environment happy-dom
// oxlint-disable-next-line import/no-unassigned-import
import '../../testing/browser.ts'
import { expect, test } from 'vitest'
import { icons } from './kind-icon.tsx'

test('each type of file has a sign that no other type has', () => {
  const { unknown: _, ...known } = icons
  const signs = Object.values(known)
  expect(new Set(signs).size).toBe(signs.length)
  expect(signs).not.toContain(icons.unknown)
})
