import type { Sidecar, SidecarKind } from '@spacedrive/core/domain'

/** How far all of a kind is: `skipped` nothing here makes it, `given-up` there was no room for it. */
export type KindState = 'ready' | 'pending' | 'generating' | 'failed' | 'skipped' | 'given-up'

export interface KindGroup {
  readonly kind: SidecarKind
  readonly state: KindState
  readonly sidecars: readonly Sidecar[]
}

/** What asks for attention comes first: of several the kind is in the first of these. */
const order = [
  'failed',
  'generating',
  'pending',
  'given-up',
  'ready',
  'skipped',
] as const satisfies readonly KindState[]

/** Sidecars by kind, in the order they come in. */
export function sidecarsByKind(sidecars: readonly Sidecar[]): KindGroup[] {
  return [...Map.groupBy(sidecars, ({ kind }) => kind)].map(([kind, all]) => {
    const states = new Set(all.map(stateOf))
    return { kind, state: order.find((state) => states.has(state))!, sidecars: all }
  })
}

function stateOf({ error, state }: Sidecar): KindState {
  if (state !== 'failed') return state
  if (error?.code === 'Unsupported') return 'skipped'
  return error?.code === 'GivenUp' ? 'given-up' : 'failed'
}
