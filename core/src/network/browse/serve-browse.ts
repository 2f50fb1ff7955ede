import { realpath } from 'node:fs/promises'
import { posix } from 'node:path'
import type { ContentId, DeviceId, GrantKind, LibraryId } from '../../domain/index.ts'
import type { DiskContents, FileSource, HeldFile } from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import {
  baseOf,
  bytesToName,
  displayName,
  entryPath,
  fsPath,
  nameBytes,
  parsePath,
  pathText,
  type RawName,
} from '../../util/file-name.ts'
import { unreachableError } from '../../util/path-error.ts'
import { realPathOf } from '../../util/real-path.ts'
import type { PrivateFiles } from '../../util/private-files.ts'
import type { Grants } from '../grants/grants.ts'
import type { IsMember } from '../messaging/shared-libraries.ts'
import type { Peer, ProtocolHandler } from '../wire/protocol.ts'
import { answering } from '../wire/rpc.ts'
import { browse, MAX_CONTENTS, MAX_PATH, PAGE_ENTRIES, type Subject } from './protocol.ts'
import { entryToWire, infoToWire, nameToWire } from './wire-entry.ts'

export interface ServeBrowseDeps {
  /** This device's disk as its user sees it. The permission of a device is checked before each call. */
  readonly disk: Pick<FileSource, 'archive' | 'list' | 'places' | 'read' | 'seek' | 'stat'>
  readonly contents: Pick<DiskContents, 'copiesOf' | 'holding' | 'thumb'>
  readonly grants: Pick<Grants, 'covers' | 'folders' | 'require'>
  /** The open libraries. */
  readonly libraries: () => readonly { readonly id: LibraryId }[]
  readonly isMember: IsMember
  /** The files of Spacedrive itself, which no device may see. */
  readonly privateFiles: Pick<PrivateFiles, 'refuse'>
}

/**
 * Answers the requests of paired devices to browse and read files here. Every request is checked against the grants.
 */
export class ServedBrowse {
  readonly #deps: ServeBrowseDeps

  constructor(deps: ServeBrowseDeps) {
    this.#deps = deps
  }

  handler(): ProtocolHandler {
    const { contents, disk, grants } = this.#deps
    return answering(browse, {
      places: async (_input, { id }, signal) => {
        grants.require(id, 'browse')
        return this.#places(id, signal)
      },
      list: async (input, peer, signal) => {
        const path = await this.#folder(input.path, peer)
        const { items, ...listing } = await disk.list({ ...input, path: pathText(path) }, signal)
        return { ...listing, path: pathText(path), items: items.slice(0, PAGE_ENTRIES).map(entryToWire) }
      },
      seek: async ({ prefix, entryPath: sought, ...input }, peer, signal) => {
        const path = await this.#folder(input.path, peer)
        const wanted = prefix === null ? { entryPath: sought ?? '' } : { prefix }
        return disk.seek({ ...input, ...wanted, path: pathText(path) }, signal)
      },
      info: async ({ of }, peer, signal) => {
        const path = await this.#pathOf(of, peer, 'browse')
        const info = await this.#told(of, peer, path, () => disk.stat({ path: pathText(path) }, signal))
        const mayLook = (each: RawName) => grants.covers(peer.id, 'browse', each)
        const at = entryPath(info)
        const copies = info.copies.filter((copy) => mayLook(parsePath(copy.path)))
        return { path: mayLook(at) ? pathText(at) : null, info: infoToWire({ ...info, copies }) }
      },
      archive: async (input, peer, signal) => {
        // Listing an archive reads the file, so it needs the grant `read`.
        const path = pathText(await this.allowed(input.path, peer, 'read'))
        const { items, truncated, ...listing } = await disk.archive({ ...input, path }, signal)
        const fitting = items.filter(
          (member) => Math.max(member.path.length, member.pathBase64?.length ?? 0) <= MAX_PATH,
        )
        return { ...listing, path, items: fitting, truncated: truncated || fitting.length < items.length }
      },
      thumb: async ({ of, variant }, peer, signal) => this.#thumb(of, variant, peer, signal),
      read: async ({ of, ...piece }, peer, signal) => {
        const path = await this.#pathOf(of, peer, 'read')
        const read = () => disk.read({ path: pathText(path) }, { ...piece, exact: true }, signal)
        const { name, origin: _, ...rest } = await this.#told(of, peer, path, read)
        return { ...nameToWire(name), ...rest }
      },
      where: async ({ content }, peer) => {
        const inShared = contents.copiesOf(content, this.#sharedWith(peer))
        const opened = contents.copiesOf(content, this.#libraries()).filter(this.#covered(peer, 'browse'))
        const found = new Map([...inShared, ...opened].map((copy) => [pathText(copy.path), copy]))
        return [...found.values()].slice(0, MAX_CONTENTS).map(({ online, path, size }) => ({
          path: grants.covers(peer.id, 'browse', path) ? pathText(path) : null,
          size,
          online,
        }))
      },
      holding: async ({ contents: asked }, peer) => {
        return asked.flatMap((contentId) => {
          const held = this.#heldBy(contentId, peer, 'read')
          return held ? [{ contentId, size: held.size, ...nameToWire(baseOf(held.path)) }] : []
        })
      },
    })
  }

  /**
   * Resolves the links of a path, and checks that the device may access it. Otherwise throws `NotAuthorised`, also for
   * a missing path that is not inside a shared folder. Throws `PermissionDenied` for files of Spacedrive itself, and
   * the error of the system if the path cannot be reached.
   */
  async allowed(path: string, peer: Peer, what: GrantKind): Promise<RawName> {
    const { grants } = this.#deps
    grants.require(peer.id, what)
    const given = parsePath(path)
    const shown = pathText(given)
    const real = await resolved(given).catch(async (err: unknown) => {
      // The device gets the real error only if the path, with links resolved as far as it exists, is inside a shared
      // folder. Otherwise it would learn what exists elsewhere. If a link is broken, it needs a grant for everything.
      const nearest = (await realPathOf(given)) ?? (nameBytes(given)[0] === SLASH ? '/' : lexical(given))
      grants.require(peer.id, what, { path: nearest, shown })
      throw err
    })
    grants.require(peer.id, what, { path: real, shown })
    await this.#deps.privateFiles.refuse(real)
    return real
  }

  /** Whether a device still has this grant for a path. The path contains no links. */
  isAllowed(path: RawName, peer: Peer, what: GrantKind): boolean {
    return this.#deps.grants.covers(peer.id, what, path)
  }

  /** Whether a device may still have some file with this content. */
  mayHold(contentId: ContentId, peer: Peer, what: GrantKind): boolean {
    return this.#heldBy(contentId, peer, what) !== undefined
  }

  /** A file with a content that a device may have. */
  held(contentId: ContentId, peer: Peer, what: GrantKind): HeldFile {
    const held = this.#heldBy(contentId, peer, what)
    if (held) return held
    if (this.#sharedWith(peer).size === 0) this.#deps.grants.require(peer.id, what)
    throw new CoreError('NotFound', `no file with the content ${contentId} can be read now`)
  }

  #folder(path: string, peer: Peer): Promise<RawName> {
    return this.allowed(path, peer, 'browse')
  }

  async #pathOf(of: Subject, peer: Peer, what: GrantKind): Promise<RawName> {
    if ('path' in of) return this.allowed(of.path, peer, what)
    const { path } = this.held(of.content, peer, what)
    return path
  }

  /**
   * Runs work on a file here. Errors name the path of the file. A device that asked for the file by its content may
   * learn the path only if it may browse there; otherwise it gets an error without the path.
   */
  async #told<T>(of: Subject, peer: Peer, path: RawName, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const mayKnow = 'path' in of || this.#deps.grants.covers(peer.id, 'browse', path)
      if (mayKnow || !(cause instanceof CoreError)) throw cause
      throw new CoreError(cause.code, `the file with the content ${of.content} cannot be read now`, { cause })
    }
  }

  /** A file with this content: from a library that both devices share, otherwise from a folder that a grant opens. */
  #heldBy(contentId: ContentId, peer: Peer, what: GrantKind): HeldFile | undefined {
    const { contents } = this.#deps
    return (
      contents.holding(contentId, this.#sharedWith(peer))[0] ??
      contents.holding(contentId, this.#libraries()).find(this.#covered(peer, what))
    )
  }

  #covered(peer: Peer, what: GrantKind): (file: HeldFile) => boolean {
    return ({ path }) => this.#deps.grants.covers(peer.id, what, path)
  }

  #libraries(): ReadonlySet<LibraryId> {
    return new Set(this.#deps.libraries().map(({ id }) => id))
  }

  /** The libraries that both devices are members of. */
  #sharedWith(peer: Peer): ReadonlySet<LibraryId> {
    const { isMember, libraries } = this.#deps
    return new Set(libraries().flatMap(({ id }) => (isMember(id, peer.id) ? [id] : [])))
  }

  /** The places that the device may browse, followed by the other folders that grants open for it. */
  async #places(device: DeviceId, signal: AbortSignal): Promise<{ kind: string; name: string; path: string }[]> {
    const { disk, grants } = this.#deps
    const known = (await disk.places(signal))
      .filter(({ path }) => grants.covers(device, 'browse', parsePath(path)))
      .map(({ kind, name, path }) => ({ kind, name, path }))
    const shown = new Set(known.map(({ path }) => path))
    const opened = grants.folders(device, 'browse').flatMap((folder) => {
      const path = pathText(folder)
      return shown.has(path) ? [] : [{ kind: 'folder', name: displayName(baseOf(folder)), path }]
    })
    return [...known, ...opened]
  }

  async #thumb(of: Subject, variant: string, peer: Peer, signal: AbortSignal) {
    const { contents, disk } = this.#deps
    let contentId: ContentId | null
    if ('path' in of) {
      const path = pathText(await this.allowed(of.path, peer, 'browse'))
      contentId = (await disk.stat({ path }, signal)).contentId
    } else contentId = of.content
    if (contentId === null) return { state: 'none' as const, reason: 'its content is not indexed yet' }
    const isOpened = this.#heldBy(contentId, peer, 'browse') !== undefined
    const libraries = isOpened ? this.#libraries() : this.#sharedWith(peer)
    if (libraries.size === 0) this.#deps.grants.require(peer.id, 'browse')
    return contents.thumb({ contentId, variant, libraries }, signal)
  }
}

async function resolved(given: RawName): Promise<RawName> {
  try {
    return bytesToName(new Uint8Array(await realpath(fsPath(given), 'buffer')))
  } catch (err) {
    throw unreachableError(err, displayName(given))
  }
}

const SLASH = 0x2f

/** The path without `.` and `..`, so that a missing path cannot appear to be inside an opened folder. */
function lexical(path: RawName): RawName {
  return typeof path === 'string'
    ? posix.normalize(path)
    : bytesToName(
        new Uint8Array(Buffer.from(posix.normalize(Buffer.from(nameBytes(path)).toString('latin1')), 'latin1')),
      )
}
