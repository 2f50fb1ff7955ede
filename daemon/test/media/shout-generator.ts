import type { CoreOptions } from '@spacedrive/core'

/** Makes of every text a louder one; of one that says `mumble` nothing can be made. */
export const shout: NonNullable<CoreOptions['generators']>[number] = {
  kind: 'text',
  pool: () => 'doc',
  recipe: 7,
  priority: 1,
  deadlineMs: 60_000,
  maxBytes: 2 ** 20,
  variants: ['default', 'loud'],
  outputs: [{ variant: 'default', format: 'txt' }],
  module: new URL('shout-make.ts', import.meta.url),
  types: ['text'],
  accepts: () => true,
}
