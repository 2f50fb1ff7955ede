import type { Generator } from '../../src/sidecars/index.ts'

/** Makes a file of every text, or does what the text says. */
export const troubled: Generator = {
  kind: 'thumb',
  pool: () => 'image',
  recipe: 1,
  priority: 1,
  deadlineMs: 60_000,
  maxBytes: 2 ** 20,
  variants: ['grid@2x'],
  outputs: [{ variant: 'grid@2x', format: 'webp' }],
  module: new URL('make.ts', import.meta.url),
  types: ['text'],
  accepts: () => true,
}

/** No box: the log that `troubled` writes lies outside of what a decoder may write to. */
export const unboxed = () => Promise.resolve({ layer: null, reason: 'the test needs none', fix: null })
