import { expect, test } from 'vitest'
import { agreedTo } from './agreed.ts'
import type { OfferRow } from './offer-rows.ts'

function atMost(offer: Pick<OfferRow, 'bytes' | 'items' | 'stranger'>) {
  return agreedTo({ names: '["trip"]', ...offer } as OfferRow).atMost
}

test('a stranger sends nothing beyond its offer, and a paired device a tenth more, or at least a little', () => {
  expect(atMost({ items: 2, bytes: 10, stranger: 1 })).toEqual({ files: 2, bytes: 10, folders: 10_000 })
  expect(atMost({ items: 2, bytes: 10, stranger: 0 })).toEqual({ files: 102, bytes: 67_108_874, folders: 1_000_000 })
  expect(atMost({ items: 5_000, bytes: 1e12, stranger: 0 })).toMatchObject({ files: 5_500, bytes: 1.1e12 })
})
