import { type Entry, type FileInfo, formatAddress } from '../../domain/index.ts'
import { bytesToName, displayName, joinName, nameBytes, parsePath, type RawName } from '../../util/file-name.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { WireEntry, WireInfo } from './protocol.ts'

/** What another device is told of an entry: not its id, and of where it lies only the name. */
export function entryToWire({ id: _id, path: _path, pathBase64: _pathBase64, ...entry }: Entry): WireEntry {
  return entry
}

/** The same of all that is known of one; files of this device are no business of another. */
export function infoToWire(info: FileInfo): WireInfo {
  const { id: _id, path: _path, pathBase64: _pathBase64, metadata, sidecars, ...rest } = info
  return {
    ...rest,
    metadata: metadata as WireInfo['metadata'],
    sidecars: sidecars.map((sidecar) => ({ ...sidecar, path: null })),
  }
}

/** An entry of a folder of another device. Its path is an address, so that whatever takes a path takes it. */
export function entryFromWire(entry: WireEntry, dir: RawName, device: Pick<PairedDevice, 'slug'>): Entry {
  return { ...entry, id: null, path: addressOf(device, joinName(dir, nameOf(entry))) }
}

/** All that is known of a file of another device; `path` is its address. */
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

/** `local://bob/home/bob/cat.jpg` */
export function addressOf({ slug }: Pick<PairedDevice, 'slug'>, path: RawName): string {
  return formatAddress(slug, pathText(path))
}

/** A path as text that `parsePath` reads back, whatever its bytes. */
export function pathText(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
}

/** A name, text or bytes, as messages have it. */
export function nameToWire(name: RawName): { name: string; nameBase64?: string } {
  if (typeof name === 'string') return { name }
  return { name: displayName(name), nameBase64: Buffer.from(nameBytes(name)).toString('base64') }
}

export function nameOf({ name, nameBase64 }: { name: string; nameBase64?: string | undefined }): RawName {
  return nameBase64 === undefined ? name : bytesToName(new Uint8Array(Buffer.from(nameBase64, 'base64')))
}

/** Where the entry lies as this device's own commands take it. */
export function rawPathOf({ path, pathBase64 }: Pick<Entry, 'path' | 'pathBase64'>): RawName {
  return parsePath(pathBase64 === undefined ? path : `base64:${pathBase64}`)
}
