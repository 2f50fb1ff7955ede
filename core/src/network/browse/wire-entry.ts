import { type Entry, type FileInfo, formatAddress } from '../../domain/index.ts'
import { bytesToName, displayName, joinName, nameBytes, pathText, type RawName } from '../../util/file-name.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { WireEntry, WireInfo } from './protocol.ts'

/** The facts about an entry that another device gets: the name, but not the id and the path. */
export function entryToWire({ id: _id, path: _path, pathBase64: _pathBase64, ...entry }: Entry): WireEntry {
  return entry
}

/** The facts about a file that another device gets, without the paths of its sidecar files. */
export function infoToWire(info: FileInfo): WireInfo {
  const { id: _id, path: _path, pathBase64: _pathBase64, metadata, sidecars, ...rest } = info
  return {
    ...rest,
    metadata: metadata as WireInfo['metadata'],
    sidecars: sidecars.map((sidecar) => ({ ...sidecar, path: null })),
  }
}

/**
 * Converts an entry of a folder on another device. Its path is an address, which is accepted wherever a path is.
 */
export function entryFromWire(entry: WireEntry, dir: RawName, device: Pick<PairedDevice, 'slug'>): Entry {
  return { ...entry, id: null, path: addressOf(device, joinName(dir, nameOf(entry))) }
}

/** Converts the facts about a file on another device; `path` is its address. */
export function infoFromWire(
  { copies, ...info }: WireInfo,
  path: string,
  device: Pick<PairedDevice, 'slug' | 'name'>,
): FileInfo {
  return {
    ...info,
    id: null,
    path,
    copies: copies.map((copy) => ({ ...copy, path: addressOf(device, copy.path), device: device.name })),
  }
}

/** Returns an address such as `local://bob/home/bob/cat.jpg`. */
export function addressOf({ slug }: Pick<PairedDevice, 'slug'>, path: RawName): string {
  return formatAddress(slug, pathText(path))
}

/** A name, text or bytes, in the format of messages. */
export function nameToWire(name: RawName): { name: string; nameBase64?: string } {
  if (typeof name === 'string') return { name }
  return { name: displayName(name), nameBase64: Buffer.from(nameBytes(name)).toString('base64') }
}

export function nameOf({ name, nameBase64 }: { name: string; nameBase64?: string | undefined }): RawName {
  return nameBase64 === undefined ? name : bytesToName(new Uint8Array(Buffer.from(nameBase64, 'base64')))
}
