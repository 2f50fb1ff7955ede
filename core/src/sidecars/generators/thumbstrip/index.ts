import { detectFilmEngines } from '../film/engines.ts'
import type { KindOfSidecar } from '../generator.ts'
import { DEADLINE_MS } from './limits.ts'
import { strips } from './strips.ts'

/** Makes a picture of frames along a film, as an overview of its content. */
export const thumbstrips: KindOfSidecar = {
  kind: 'thumbstrip',
  number: 6,
  folder: 'thumbstrips',
  label: 'Pictures along videos',
  phase: 'Making video strips',
  usual: { desktop: 'off', mobile: 'off' },
  // Lower than all kinds that search uses, but higher than proxies, which take longer.
  priority: 20,
  search: null,
  preview: null,
  origin: 'generated',
  recipe: 1,
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
