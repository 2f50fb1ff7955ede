import type { Ops } from '@spacedrive/daemon/ops'
import type { OperationExtras } from './extras.ts'

/** Loaded one at a time, because a command needs one of them. */
const extras: { readonly [N in keyof Ops]?: () => Promise<OperationExtras<N>> } = {
  'jobs.wait': async () => (await import('./jobs-wait.ts')).jobsWait,
  'libraries.delete': async () => (await import('./libraries-delete.ts')).librariesDelete,
  'libraries.restore': async () => (await import('./libraries-restore.ts')).librariesRestore,
  'locations.remove': async () => (await import('./locations-remove.ts')).locationsRemove,
  'network.diagnose': async () => (await import('./network-diagnose.ts')).networkDiagnose,
  'sidecars.convert': async () => (await import('./sidecars-convert.ts')).sidecarsConvert,
  'sidecars.pending': async () => (await import('./sidecars-pending.ts')).sidecarsPending,
}

/** The code beside the declaration of the operation; empty for most. */
export async function extrasOf<N extends keyof Ops>(name: N): Promise<OperationExtras<N>> {
  return (await extras[name]?.()) ?? {}
}
