import type { OutputOf } from '@spacedrive/client'
import { isWithin } from '../format/index.ts'
import { useOperation } from './operations.ts'

type Location = OutputOf<'locations.list'>[number]

/** Why the files of a location cannot be opened: its disk is unplugged, or its folder was moved or deleted. */
export type WhyOffline =
  | { readonly why: 'unplugged'; readonly volume: string | null }
  | { readonly why: 'moved'; readonly location: Location; readonly volume: string }

/** Why a path of this device is offline. Undefined until that is known. */
export function useWhyOffline(path: string): WhyOffline | undefined {
  const locations = useOperation('locations.list', {}).data
  const volumes = useOperation('volumes.list', {}).data
  if (!locations || !volumes) return undefined
  const location = locations.find((each) => isWithin(path, each.path))
  const volume = volumes.find(({ id }) => id !== null && id === location?.volumeId)
  if (location && volume?.online) return { why: 'moved', location, volume: volume.name }
  return { why: 'unplugged', volume: volume?.name ?? null }
}
