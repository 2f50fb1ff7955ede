import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Offered, PAGE_ITEMS, Wanted } from './protocol.ts'

const bytes = fc.uint8Array({ maxLength: 2_000 })
const item = fc.record({
  names: fc.array(bytes, { maxLength: 4 }),
  kind: fc.oneof(fc.constant('file'), fc.constant('directory'), fc.string()),
  size: fc.double(),
  mtimeMs: fc.double(),
  mode: fc.integer(),
})

test('whatever another device says is taken as it should be, or not at all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.record({ type: fc.constant('items'), items: fc.array(item) })), (said) => {
      for (const schema of [Offered, Wanted]) {
        const parsed = schema.safeParse(said)
        if (!parsed.success || !('type' in parsed.data) || parsed.data.type !== 'items') continue
        expect(parsed.data.items.length).toBeLessThanOrEqual(PAGE_ITEMS)
        for (const { mode, names, size } of parsed.data.items) {
          expect(names.length).toBeGreaterThan(0)
          expect(names.every((name) => name.length <= 1_024)).toBe(true)
          expect(Number.isSafeInteger(size) && size >= 0 && size <= 2 ** 41).toBe(true)
          expect(mode >= 0 && mode <= 0o777).toBe(true)
        }
      }
    }),
  )
})
