import { detectFilmEngines } from '../film/engines.ts'
import type { Generator } from '../generator.ts'
import { DEADLINE_MS } from './limits.ts'
import { strips } from './strips.ts'

/** Pictures along a film, side by side in one picture: what it is about, and where in it. */
export const thumbstrips: Generator = {
  kind: 'thumbstrip',
  recipe: 1,
  // Before proxies, which take longer; after all that is searched.
  priority: 20,
  deadlineMs: DEADLINE_MS,
  maxBytes: 2 ** 44,
  variants: Object.keys(strips),
  outputs: [{ variant: 'default', format: 'webp' }],
  module: new URL('make.ts', import.meta.url),
  types: ['video'],
  accepts: (content) => content.size > 0,
  detect: detectFilmEngines,
  pool: () => 'av',
}
