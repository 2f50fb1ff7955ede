import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveListing } from './domain/archive.ts'
import { ContentId, type ContentPlaces, type DeviceId, type FileInfo, type Transfer } from './domain/index.ts'
import type { Core } from './core.ts'
import { openFile, type ListInput, type SeekInput } from './files/index.ts'
import type { Library } from './library/index.ts'
import {
  type Browse,
  CONTENT_KIND,
  type Holder,
  type Listing,
  type Located,
  locate,
  MAX_PATHS,
  pathText,
  type Piece,
  readPiece,
  READ_BYTES,
  type RemoteFile,
  type RemoteThumbInput,
  type Subject,
} from './network/index.ts'
import { CoreError } from './util/errors.ts'
import { bytesToName, displayName, fsPath, parsePath, pathBelow, type RawName } from './util/file-name.ts'
import { unreachableError } from './util/path-error.ts'
import { realPathOf } from './util/real-path.ts'
import { uuidv7 } from './util/uuid.ts'

type Engine = Pick<
  Core,
  | 'browse'
  | 'dataDir'
  | 'device'
  | 'libraries'
  | 'listArchive'
  | 'listFolder'
  | 'network'
  | 'privateFiles'
  | 'seekInFolder'
  | 'volumes'
>

export interface AddressedFilesDeps {
  readonly core: Engine
  readonly remote: Browse
  readonly now: () => number
  /** Returns the folder for received files if the user named none. */
  readonly receiveFolder: () => string
}

export interface ReadInput {
  readonly path: string
  readonly offset: number
  readonly length: number
  /** Tag of the file from the previous piece. */
  readonly etag?: string | undefined
  /** The device that sent the previous piece of a content. */
  readonly from?: DeviceId | undefined
}

/** The source of a piece; `device` is null for this device. */
export interface ReadSource {
  readonly device: { readonly id: DeviceId; readonly name: string } | null
  readonly latencyMs: number | null
  readonly bytesPerSecond: number | null
}

const THIS_DEVICE: ReadSource = { device: null, latencyMs: null, bytesPerSecond: null }
/** Fetched files that were opened are kept this long; by then their applications have read them. */
const OPENED_MS = 86_400_000

/** Files by path or address, on this device and on others. */
export class AddressedFiles {
  readonly #deps: AddressedFilesDeps

  constructor(deps: AddressedFilesDeps) {
    this.#deps = deps
  }

  /** Throws `InvalidInput` if the address is malformed, and `NotFound` for a device that is not paired. */
  locate(address: string): Located {
    const { device, network } = this.#deps.core
    return locate(address, { own: () => device.info(), registry: network.registry })
  }

  /**
   * The check for callers that may only see the libraries. Throws `PermissionDenied` for a path of another device, and
   * for a path of this device outside the locations of all open libraries, whether or not the path exists: such callers
   * must not learn which files exist.
   */
  async requireInLocation(address: string): Promise<void> {
    if (ContentId.safeParse(address).success) return
    const at = this.locate(address)
    if (at.at === 'there')
      throw new CoreError(
        'PermissionDenied',
        `${displayName(at.path)} is on ${at.device.name}; only the right "disk" reaches files of other devices by their paths`,
      )
    if (at.at !== 'here') return
    const given = parsePath(at.path)
    const path = await realPathOf(given)
    const locations = this.#deps.core.libraries.opened().flatMap(({ locations: { map } }) => map.all())
    if (path !== null && locations.some((location) => pathBelow(path, location.path) !== null)) return
    throw new CoreError(
      'PermissionDenied',
      `${displayName(given)} is in no location of an open library; only the right "disk" reaches it`,
    )
  }

  /** See `files.list`. */
  async list(input: ListInput, library: Library | null, signal: AbortSignal) {
    const at = this.#folderAt(input.path)
    if (at.at === 'there') {
      const { id, name } = at.device
      const listing = await this.#deps.remote.list(at.device, { ...input, path: at.path }, signal)
      return { ...listing, device: { id, name } }
    }
    const here: ListInput = { ...input, path: at.path }
    const listed: Promise<Listing> = library
      ? library.files.list(here, signal)
      : this.#deps.core.listFolder(here, signal)
    return listed
  }

  /** See `files.seek`. */
  async seek(input: SeekInput, library: Library | null, signal: AbortSignal): Promise<{ offset: number | null }> {
    const at = this.#folderAt(input.path)
    if (at.at === 'there') {
      const entryPath = input.entryPath === undefined ? undefined : this.#folderAt(input.entryPath).path
      return this.#deps.remote.seek(at.device, { ...input, path: at.path, entryPath }, signal)
    }
    const here: SeekInput = { ...input, path: at.path }
    return library ? library.files.seek(here, signal) : this.#deps.core.seekInFolder(here, signal)
  }

  /** See `indexing.browse`. */
  async browse(input: Parameters<Core['browse']>[0], library: Library | null, signal: AbortSignal) {
    const at = this.#folderAt(input.path)
    const { core, remote } = this.#deps
    const here = { ...input, path: at.path }
    if (at.at === 'here') return library ? library.indexing.browse(here, signal) : core.browse(here, signal)
    if (input.scope === 'recursive' || input.content)
      throw new CoreError(
        'Unsupported',
        'a folder of another device is browsed without --scope recursive and --content',
      )
    const begun = performance.now()
    const order = { sort: 'name', reverse: false, foldersFirst: true } as const
    const asked = { ...order, path: at.path, all: true, thumbs: false, limit: input.limit, offset: 0 }
    const { items, path, total } = await remote.list(at.device, asked, signal)
    return { path, items, total, tookMs: performance.now() - begun }
  }

  /** See `files.archive`. */
  async archive(
    page: { path: string; limit: number; offset: number },
    library: Library | null,
    signal: AbortSignal,
  ): Promise<ArchiveListing> {
    const at = this.#pathAt(page.path)
    if (at.at === 'there') return this.#deps.remote.archive(at.device, { ...page, path: at.path }, signal)
    return this.#deps.core.listArchive({ ...page, path: at.path }, library, signal)
  }

  /** See `files.info`. For a content: that of a file here, or of the device with the fastest connection. */
  async info(address: string, library: Library | null, signal: AbortSignal): Promise<FileInfo> {
    const at = this.locate(address)
    if (at.at === 'there') return this.#deps.remote.info(at.device, { path: at.path }, signal)
    if (at.at === 'content') return this.#infoOfContent(at.contentId, signal)
    const { files, sidecars } = library ?? this.#deps.core.libraries.resolve()
    const path = at.at === 'sidecar' ? await sidecars.requests.pathAt(at.address, signal) : at.path
    return files.info(path, signal)
  }

  /** See `network.where`. */
  async where(address: string, library: Library | null, signal: AbortSignal): Promise<ContentPlaces> {
    const { core, remote } = this.#deps
    const at = this.locate(address)
    const contentId = at.at === 'content' ? at.contentId : (await this.info(address, library, signal)).contentId
    if (contentId === null)
      throw new CoreError(
        'NotFound',
        `it is not known yet what is in ${address}; \`index verify\` says what is missing`,
      )
    const { id, name } = core.device.info()
    const own = core.libraries.opened().flatMap(({ copies }) => copies.placesOf(contentId))
    const files = own.map(({ online, path, size }) => ({ path: pathText(path), size, online }))
    const paired = core.network.registry.list().filter(({ blocked }) => !blocked)
    const others = await remote.where(paired, contentId, signal)
    return {
      contentId,
      devices: [
        { device: { id, name }, isOwn: true, online: true, files },
        ...others.map((each) => ({ ...each, isOwn: false })),
      ],
    }
  }

  /** See `files.read`. */
  async read(input: ReadInput, library: Library | null, signal: AbortSignal) {
    const at = this.locate(input.path)
    if (at.at === 'there') return this.#readThere(at.device.id, { path: at.path }, input, signal)
    if (at.at === 'content') return this.#readContent(at.contentId, input, signal)
    const { sidecars } = at.at === 'sidecar' ? (library ?? this.#deps.core.libraries.resolve()) : { sidecars: null }
    const path = at.at === 'sidecar' ? await sidecars!.requests.pathAt(at.address, signal) : at.path
    return this.#readHere(parsePath(path), input, signal)
  }

  /**
   * Requests files from other devices: one transfer for the paths of each device, and one for each content, from all
   * its holders. See `files.fetch`.
   */
  async fetch(
    { addresses, preserve, to }: { addresses: readonly string[]; to?: string | undefined; preserve: boolean },
    signal: AbortSignal,
  ): Promise<Transfer[]> {
    const kept = preserve ? 'all' : 'nothing'
    const folder = to === undefined ? this.#deps.receiveFolder() : this.#herePath(to)
    const pathsByDevice = new Map<DeviceId, string[]>()
    const contents: ContentId[] = []
    for (const address of addresses) {
      const at = this.locate(address)
      if (at.at === 'content') contents.push(at.contentId)
      else if (at.at === 'there') pathsByDevice.set(at.device.id, [...(pathsByDevice.get(at.device.id) ?? []), at.path])
      else
        throw new CoreError('InvalidInput', `${address} is on this device; \`network fetch\` takes local://<device>/…`)
    }
    const holdersOf = new Map<ContentId, Holder[]>()
    for (const contentId of contents) holdersOf.set(contentId, await this.#holders(contentId, signal))
    await mkdir(folder, { recursive: true }).catch((err: unknown) => {
      throw unreachableError(err, folder)
    })
    if (to !== undefined) await this.#deps.core.privateFiles.refuse(await realpath(folder))
    const { transfers } = this.#deps.core.network
    return [
      ...[...pathsByDevice].flatMap(([device, paths]) =>
        inGroups(paths, MAX_PATHS).map((some) => {
          const title = titleOf(some)
          return transfers.start({
            devices: [device],
            kind: 'paths',
            spec: { paths: some },
            title,
            folder,
            preserve: kept,
          })
        }),
      ),
      ...[...holdersOf].map(([content, holders]) => {
        const devices = holders.map(({ device }) => device.id)
        const title = displayName(holders[0]!.name)
        return transfers.start({ devices, kind: CONTENT_KIND, spec: { content }, title, folder, preserve: kept })
      }),
    ]
  }

  /** Opens a file with its application; a file of another device is fetched first. See `files.open`. */
  async open(address: string, library: Library, signal: AbortSignal): Promise<{ path: string; program: string }> {
    const at = this.locate(address)
    if (at.at === 'here') return library.files.open(at.path)
    if (at.at === 'sidecar') return library.files.open(await library.sidecars.requests.pathAt(at.address, signal))
    if (at.at === 'there')
      return library.files.open(
        await this.#fetchToOpen({ devices: [at.device.id], kind: 'paths', spec: { paths: [at.path] } }, signal),
      )
    const [own] = this.#held(at.contentId)
    if (own !== undefined) return library.files.open(pathText(own))
    const devices = (await this.#holders(at.contentId, signal)).map(({ device }) => device.id)
    const wanted = { devices, kind: CONTENT_KIND, spec: { content: at.contentId } }
    return library.files.open(await this.#fetchToOpen(wanted, signal))
  }

  /** A file of a paired device, readable until the signal is aborted. `of` is its path there, or its content. */
  openRemote(reference: string, of: Subject, signal: AbortSignal): Promise<RemoteFile> {
    return this.#deps.remote.open(this.#deps.core.network.registry.find(reference), of, signal)
  }

  /** A thumbnail of a file on another device, which makes it if it does not exist yet. */
  remoteThumb(reference: string, input: RemoteThumbInput, signal: AbortSignal) {
    return this.#deps.remote.thumb(this.#deps.core.network.registry.find(reference), input, signal)
  }

  /** Suggested folders of a device; see `network.places`. */
  places(reference: string, signal: AbortSignal) {
    return this.#deps.remote.places(this.#deps.core.network.registry.find(reference), signal)
  }

  async #infoOfContent(contentId: ContentId, signal: AbortSignal): Promise<FileInfo> {
    for (const library of this.#deps.core.libraries.opened()) {
      const [held] = library.copies.filesOf(contentId)
      if (held) return library.files.info(pathText(held.path), signal)
    }
    const [holder] = await this.#holders(contentId, signal)
    const device = this.#deps.core.network.registry.find(holder!.device.id)
    return this.#deps.remote.info(device, { content: contentId }, signal)
  }

  async #readContent(contentId: ContentId, input: ReadInput, signal: AbortSignal) {
    if (input.from !== undefined) return this.#readThere(input.from, { content: contentId }, input, signal)
    const [own] = this.#held(contentId)
    if (own !== undefined) return this.#readHere(own, input, signal)
    const holders = await this.#holders(contentId, signal)
    for (const { device } of holders.slice(0, -1)) {
      try {
        return await this.#readThere(device.id, { content: contentId }, input, signal)
      } catch {
        // The next device has the content too.
        signal.throwIfAborted()
      }
    }
    return this.#readThere(holders.at(-1)!.device.id, { content: contentId }, input, signal)
  }

  async #readThere(id: DeviceId, of: Subject, { etag, length, offset }: ReadInput, signal: AbortSignal) {
    const { core, remote } = this.#deps
    const device = core.network.registry.find(id)
    const piece = await remote.read(device, { of, offset, length, etag: etag ?? null }, signal)
    const source: ReadSource = {
      device: { id: device.id, name: device.name },
      latencyMs: core.network.sessions.details(id)?.latencyMs ?? null,
      bytesPerSecond: remote.sources.rateOf(id),
    }
    return shown(piece, { offset, source })
  }

  async #readHere(path: RawName, { etag, length, offset }: ReadInput, signal: AbortSignal) {
    const { privateFiles, volumes } = this.#deps.core
    const real = await realpath(fsPath(path), 'buffer').catch((err: unknown) => {
      throw unreachableError(err, displayName(path))
    })
    const deps = { look: volumes.look.bind(volumes), guard: privateFiles }
    await using file = await openFile(bytesToName(new Uint8Array(real)), deps, signal)
    const piece = await readPiece(file, { offset, length: Math.min(length, READ_BYTES), etag: etag ?? null })
    return shown(piece, { offset, source: THIS_DEVICE })
  }

  /** Files of this device with a content. */
  #held(contentId: ContentId): RawName[] {
    const libraries = this.#deps.core.libraries.opened()
    return libraries.flatMap(({ copies }) => copies.filesOf(contentId).map(({ path }) => path))
  }

  /** The connected devices that have a content, the cheapest first. Throws `NotFound` if there is none. */
  async #holders(contentId: ContentId, signal: AbortSignal): Promise<Holder[]> {
    const { core, remote } = this.#deps
    const holders = await remote.holders(contentId, signal)
    if (holders.length > 0) return holders
    const away = core.network.devices().filter(({ state }) => state !== 'connected' && state !== 'blocked')
    const others = away.length === 0 ? '' : `; not connected: ${away.map(({ name }) => name).join(', ')}`
    throw new CoreError(
      away.length === 0 ? 'NotFound' : 'Offline',
      `no device that is connected has the content ${contentId}, or may send it${others}`,
    )
  }

  async #fetchToOpen(
    wanted: { devices: readonly DeviceId[]; kind: string; spec: unknown },
    signal: AbortSignal,
  ): Promise<string> {
    const { core, now } = this.#deps
    const all = join(core.dataDir, 'opened')
    await forgetOld(all, now())
    const folder = join(all, uuidv7(now()))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    let target = ''
    const { complete, failures } = await core.network.transfers.fetch(
      {
        ...wanted,
        isForPrograms: true,
        folder: join(folder, 'parts'),
        place: (items) => {
          const [item] = items
          if (items.length !== 1 || item?.kind !== 'file')
            throw new CoreError(
              'Unsupported',
              'only a file of another device can be opened; `file list` shows a folder',
            )
          target = join(folder, safeName(displayName(item.names.at(-1)!)))
          return { targets: [Buffer.from(target)], expected: [null] }
        },
      },
      signal,
    )
    const [failure] = failures
    if (failure) throw new CoreError(failure.code, failure.message)
    if (!complete)
      throw new CoreError('Unavailable', 'the connection was lost before all of the file was here; try again')
    return target
  }

  #herePath(path: string): string {
    const at = this.locate(path)
    if (at.at === 'here') return at.path
    throw new CoreError('InvalidInput', `${path} is not on this device; files are fetched to a folder of this one`)
  }

  #pathAt(address: string): Extract<Located, { path: string }> {
    const at = this.locate(address)
    if (at.at === 'here' || at.at === 'there') return at
    throw new CoreError('InvalidInput', `${address} is no archive at a path; \`file info\` and \`file cat\` take it`)
  }

  #folderAt(address: string): Extract<Located, { path: string }> {
    const at = this.locate(address)
    if (at.at === 'here' || at.at === 'there') return at
    throw new CoreError('InvalidInput', `${address} is one file and no folder; \`file info\` and \`file cat\` take it`)
  }
}

function shown(
  { bytes, etag, mtimeMs, name, size }: Piece,
  { offset, source }: { offset: number; source: ReadSource },
) {
  return {
    name: displayName(name),
    size,
    modifiedAt: new Date(mtimeMs).toISOString(),
    etag,
    offset,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    source,
  }
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

function titleOf(paths: readonly string[]): string {
  const name = displayName(parsePath(paths[0]!)).split('/').findLast(Boolean) ?? '/'
  return paths.length === 1 ? name : `${name} and ${paths.length - 1} more`
}

/** A safe file name from a name of another device, for a folder with no other files. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|\uFFFD]/gu, '_').slice(-MAX_SAFE_NAME)
  return /^\.*$/.test(safe) ? 'file' : safe.replace(/^\./, '_')
}

const MAX_SAFE_NAME = 60

async function forgetOld(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const { mtimeMs } = await stat(join(folder, name))
    if (now - mtimeMs > OPENED_MS) await rm(join(folder, name), { recursive: true, force: true })
  }
}
