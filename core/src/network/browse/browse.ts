import type { ArchiveListing } from '../../domain/archive.ts'
import { type ContentId, type DeviceId, type FileInfo, formatContentAddress } from '../../domain/index.ts'
import {
  type ArchivePage,
  type FoundCopies,
  type Listing,
  type ListInput,
  MAX_PIECE_BYTES,
  type Piece,
  type SeekInput,
} from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import { parsePath } from '../../util/file-name.ts'
import type { Clock } from '../clock.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Peers } from '../wire/protocol.ts'
import { ask, askDevice } from '../wire/rpc.ts'
import { browse, PAGE_ENTRIES, PAGE_MEMBERS, type Subject } from './protocol.ts'
import { ReadTurns } from './read-turns.ts'
import { RemoteFile } from './remote-file.ts'
import { Holders } from './holders.ts'
import { addressOf, entryFromWire, infoFromWire, nameOf } from './wire-entry.ts'

export interface BrowseDeps {
  readonly peers: Peers
  readonly clock: Clock
  readonly latencyOf: (device: DeviceId) => number | null
}

type Device = Pick<PairedDevice, 'id' | 'name' | 'slug'>

/**
 * Reads folders and files of paired devices. Every method throws `Offline` if the device does not answer, and the
 * errors of that device about a path. If the device does not allow the request, the method throws `NotAuthorised`, and
 * the user of that device is told about the request.
 */
export class Browse {
  /** The devices that have a content, and how fast they send. */
  readonly holders: Holders
  readonly #deps: BrowseDeps
  readonly #turns = new Map<DeviceId, ReadTurns>()

  constructor(deps: BrowseDeps) {
    this.#deps = deps
    this.holders = new Holders(deps)
  }

  /** The places of a device. Their paths are addresses. */
  async places(device: Device, signal: AbortSignal) {
    const places = await askDevice(
      this.#deps.peers,
      { device: device.id, rpc: browse, verb: 'places', input: {} },
      signal,
    )
    return places.map((place) => ({ ...place, path: addressOf(device, parsePath(place.path)) }))
  }

  /** Lists a folder on another device, in the order of that device. `limit` may exceed the size of one answer. */
  async list(device: Device, input: ListInput, signal: AbortSignal): Promise<Listing> {
    const { all, foldersFirst, path, reverse, sort, thumbs } = input
    const asked = { all, foldersFirst, path, reverse, sort, thumbs }
    const page = async (offset: number, limit: number) =>
      askDevice(
        this.#deps.peers,
        { device: device.id, rpc: browse, verb: 'list', input: { ...asked, offset, limit } },
        signal,
      )
    const first = await page(input.offset, Math.min(input.limit, PAGE_ENTRIES))
    const found = [...first.items]
    // The total that the device reports is not trusted. Listing ends when a page is not full.
    for (let got = first.items.length; got === PAGE_ENTRIES && found.length < input.limit;) {
      const next = await page(input.offset + found.length, Math.min(input.limit - found.length, PAGE_ENTRIES))
      got = next.items.length
      found.push(...next.items)
    }
    const dir = parsePath(first.path)
    return {
      path: addressOf(device, dir),
      source: first.source,
      items: found.slice(0, input.limit).map((entry) => entryFromWire(entry, dir, device)),
      total: first.total,
      online: first.online,
    }
  }

  async seek(
    device: Device,
    { all, entryPath, foldersFirst, from, path, prefix, reverse, sort }: SeekInput,
    signal: AbortSignal,
  ): Promise<{ offset: number | null }> {
    const order = { all, foldersFirst, from, path, reverse, sort }
    const input = { ...order, prefix: prefix ?? null, entryPath: entryPath ?? null }
    return askDevice(this.#deps.peers, { device: device.id, rpc: browse, verb: 'seek', input }, signal)
  }

  async info(device: Device, of: Subject, signal: AbortSignal): Promise<FileInfo> {
    const { peers } = this.#deps
    const { info, path } = await askDevice(
      peers,
      { device: device.id, rpc: browse, verb: 'info', input: { of } },
      signal,
    )
    if (path !== null) return infoFromWire(info, addressOf(device, parsePath(path)), device)
    if ('path' in of) throw new CoreError('InvalidInput', `${device.name} sent an invalid answer`)
    return infoFromWire(info, formatContentAddress(of.content), device)
  }

  /** Lists an archive on another device; `limit` may exceed the size of one answer. */
  async archive(device: Device, { limit, offset, path }: ArchivePage, signal: AbortSignal): Promise<ArchiveListing> {
    const page = async (from: number, most: number) => {
      const input = { path, offset: from, limit: Math.min(most, PAGE_MEMBERS) }
      return askDevice(this.#deps.peers, { device: device.id, rpc: browse, verb: 'archive', input }, signal)
    }
    const first = await page(offset, limit)
    const items = [...first.items]
    let { truncated } = first
    // Members with too long names are left out of an answer, so offsets count pages and not received members.
    for (let at = PAGE_MEMBERS; at < limit && offset + at < first.total; at += PAGE_MEMBERS) {
      const next = await page(offset + at, limit - at)
      truncated ||= next.truncated
      items.push(...next.items)
    }
    return { ...first, path: addressOf(device, parsePath(first.path)), items, truncated }
  }

  async thumb(device: Device, { of, variant }: { of: Subject; variant: string }, signal: AbortSignal) {
    const asked = { device: device.id, rpc: browse, verb: 'thumb', input: { of, variant } } as const
    return this.#turnsOf(device.id).take(() => askDevice(this.#deps.peers, asked, signal), signal)
  }

  /**
   * Reads at most `MAX_PIECE_BYTES`. If `etag` of the previous piece is given and the file has changed since, throws
   * `Conflict`.
   */
  async read(
    device: Device,
    { etag, length, of, offset }: { of: Subject; offset: number; length: number; etag: string | null },
    signal: AbortSignal,
  ): Promise<Piece> {
    const { clock, peers } = this.#deps
    const wanted = Math.min(length, MAX_PIECE_BYTES)
    return this.#turnsOf(device.id).take(async () => {
      await peers.reach(device.id, signal)
      const begun = clock.ticks()
      const input = { of, offset, length: wanted, etag }
      const piece = await askDevice(peers, { device: device.id, rpc: browse, verb: 'read', input }, signal)
      if (piece.bytes.length > wanted || offset + piece.bytes.length > Math.max(piece.size, offset))
        throw new CoreError('InvalidInput', `${device.name} sent more of a file than was asked for`)
      this.holders.measured(device.id, { bytes: piece.bytes.length, ms: clock.ticks() - begun })
      const { nameBase64: _nameBase64, ...rest } = piece
      return { ...rest, name: nameOf(piece) }
    }, signal)
  }

  /** Opens a file on another device. It can be read until the signal is aborted. */
  open(device: Device, of: Subject, signal: AbortSignal): Promise<RemoteFile> {
    return RemoteFile.open({ device, read: (piece) => this.read(device, { of, ...piece }, signal) })
  }

  /** The files with a content on a paired device. `files` is null if it is not connected or does not answer. */
  async where(device: Device, content: ContentId, signal: AbortSignal): Promise<FoundCopies> {
    const { id, name } = device
    const peer = this.#deps.peers.get(id)
    const found =
      peer && (await ask(peer, { rpc: browse, verb: 'where', input: { content } }, signal).catch(() => null))
    signal.throwIfAborted()
    const files = found?.map((file) => ({
      ...file,
      path: file.path === null ? null : addressOf(device, parsePath(file.path)),
    }))
    return { device: { id, name }, online: peer !== null, files: files ?? null }
  }

  #turnsOf(device: DeviceId): ReadTurns {
    const turns = this.#turns.get(device) ?? new ReadTurns()
    this.#turns.set(device, turns)
    return turns
  }
}
