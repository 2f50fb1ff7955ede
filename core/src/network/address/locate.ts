import { ContentId, type Device, parseAddress } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Registry } from '../registry/registry.ts'

/**
 * The place of an address: a path on this device, a path on a paired device, a content that any device may have, or a
 * sidecar.
 */
export type Located =
  | { readonly at: 'here'; readonly path: string }
  | { readonly at: 'there'; readonly device: PairedDevice; readonly path: string }
  | { readonly at: 'content'; readonly contentId: ContentId }
  | { readonly at: 'sidecar'; readonly address: string }

export interface LocateDeps {
  readonly own: () => Pick<Device, 'id' | 'name' | 'slug'>
  readonly registry: Pick<Registry, 'find'>
}

/** Throws `InvalidInput` if the text is not an address, and `NotFound` for a device that is not paired. */
export function locate(text: string, { own, registry }: LocateDeps): Located {
  const address = parseAddress(text)
  switch (address.kind) {
    case 'path':
      return { at: 'here', path: address.path }
    case 'device':
      return isOwn(address.device, own())
        ? { at: 'here', path: address.path }
        : { at: 'there', device: registry.find(address.device), path: address.path }
    case 'content':
      return { at: 'content', contentId: ContentId.parse(address.contentId) }
    case 'sidecar':
      return { at: 'sidecar', address: address.address }
    case 'wrong':
      throw new CoreError('InvalidInput', address.why)
  }
}

function isOwn(device: string, { id, name, slug }: Pick<Device, 'id' | 'name' | 'slug'>): boolean {
  return device === '' || device === id || device === name || device.toLowerCase() === slug
}
