import { availableParallelism } from 'node:os'
import type { SidecarSpeed } from '../../../domain/index.ts'
import { detectFilmEngines } from '../film/engines.ts'
import type { KindOfSidecar } from '../generator.ts'
import { deadlineMs } from './limits.ts'
import { profiles } from './profiles.ts'

/** The settings for `make`. */
export interface ProxySettings {
  /** Limit on threads for a film; 0 for the engine's own choice. */
  readonly threads: number
}

/** Makes small copies of films, for playback, scrubbing and editing. */
export function makeProxies({ speed }: { readonly speed: SidecarSpeed }): KindOfSidecar {
  const settings: ProxySettings = { threads: threadsOf(speed) }
  return { ...proxies, settings }
}

/** Threads for one film; several films may be in work at once, see `SidecarPools`. */
function threadsOf(speed: SidecarSpeed): number {
  switch (speed) {
    case 'gentle':
      return 1
    case 'normal':
      return Math.max(1, Math.floor(availableParallelism() / 2))
    case 'fast':
      return 0
  }
}

const proxies: KindOfSidecar = {
  kind: 'proxy',
  number: 5,
  folder: 'proxies',
  label: 'Small copies of videos',
  phase: 'Making small videos',
  usual: { desktop: 'off', mobile: 'off' },
  // Lowest priority: no user waits for proxies, and they take longest.
  priority: 10,
  search: null,
  preview: null,
  origin: 'generated',
  recipe: 1,
  deadlineMs,
  maxBytes: 2 ** 44,
  variants: Object.keys(profiles),
  outputs: [{ variant: 'quick', format: 'mp4' }],
  module: new URL('make.ts', import.meta.url),
  types: ['video'],
  accepts: (content) => content.size > 0,
  detect: detectFilmEngines,
  pool: () => 'av',
}
