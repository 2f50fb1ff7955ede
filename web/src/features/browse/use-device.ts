import type { NetworkDevice } from '@spacedrive/core/domain'
import { useOperation } from '../../api/index.ts'

/** The paired device that an address names: by its slug, id or name. */
export function useDevice(reference: string | null): NetworkDevice | undefined {
  const devices = useOperation('network.devices', {}).data
  return devices?.find(({ id, name, slug }) => reference === slug || reference === id || reference === name)
}
