import { availableParallelism } from 'node:os'
import type { SidecarSpeed } from '../../../domain/index.ts'
import { detectFilmEngines } from '../film/engines.ts'
import type { Generator } from '../generator.ts'
import { deadlineMs } from './limits.ts'
import { profiles } from './profiles.ts'

/** What `make` is told. */
export interface ProxySettings {
  /** Threads a film may keep busy; 0 for as many as the engine likes. */
  readonly threads: number
}

/** Small copies of films, to play, to look through and to cut with. */
export function makeProxies({ speed }: { readonly speed: SidecarSpeed }): Generator {
  const settings: ProxySettings = { threads: threadsOf(speed) }
  return { ...proxies, settings }
}

/** Several films may be worked on at once as well; see `SidecarPools`. */
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

const proxies: Generator = {
  kind: 'proxy',
  recipe: 1,
  // Nobody waits for them, and they take longest.
  priority: 10,
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
