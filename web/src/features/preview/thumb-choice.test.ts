import type { Sidecar } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { thumbFor } from './thumb-choice.ts'

function thumb(variant: string, state: Sidecar['state'] = 'ready'): Sidecar {
  return { kind: 'thumb', variant, state } as Sidecar
}

test('of the thumbnails that are there the smallest that is large enough is taken, or else the largest', () => {
  const sidecars = [thumb('detail@1x'), thumb('grid@2x'), thumb('detail@2x', 'pending')]
  expect([100, 600, 4000].map((pixels) => thumbFor(sidecars, pixels)?.variant)).toEqual([
    'grid@2x',
    'detail@1x',
    'detail@1x',
  ])
  expect(thumbFor([thumb('grid@2x', 'failed')], 100)).toBeUndefined()
})
