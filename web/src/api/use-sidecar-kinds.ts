import type { OutputOf } from '@spacedrive/client'
import { kindName } from './kind-name.ts'
import { useOperation } from './operations.ts'

/** The kinds of sidecars that the engine knows; empty until the engine has answered. */
export function useSidecarKinds(): OutputOf<'sidecars.kinds'> {
  return useOperation('sidecars.kinds', {}).data ?? []
}

/** Returns the name of a kind: one of `names`, or else the engine's name. */
export function useKindNames(names: Readonly<Record<string, string>>): (kind: string) => string {
  const kinds = useSidecarKinds()
  return (kind) => kindName(kind, names, kinds)
}
