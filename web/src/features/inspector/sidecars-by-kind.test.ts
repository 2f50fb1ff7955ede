import type { Sidecar } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { sidecarsByKind } from './sidecars-by-kind.ts'

function sidecar(kind: Sidecar['kind'], state: Sidecar['state'], code?: string): Sidecar {
  return { kind, state, error: code ? { code, message: 'why' } : null } as Sidecar
}

test('a kind is in the state that asks most for attention', () => {
  const all = [
    sidecar('thumb', 'ready'),
    sidecar('thumb', 'failed', 'Corrupt'),
    sidecar('ocr', 'pending'),
    sidecar('ocr', 'ready'),
    sidecar('transcript', 'failed', 'Unsupported'),
    sidecar('proxy', 'failed', 'GivenUp'),
  ]
  expect(sidecarsByKind(all).map(({ kind, sidecars, state }) => [kind, state, sidecars.length])).toEqual([
    ['thumb', 'failed', 2],
    ['ocr', 'pending', 2],
    ['transcript', 'skipped', 1],
    ['proxy', 'given-up', 1],
  ])
})
