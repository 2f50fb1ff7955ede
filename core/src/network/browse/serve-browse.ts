import { realpath } from 'node:fs/promises'
import type { ContentId, GrantKind, LibraryId } from '../../domain/index.ts'
import { type OpenFile, openedFileTag } from '../../files/index.ts'
import { CoreError } from '../../util/errors.ts'
import { baseOf, bytesToName, displayName, fsPath, parsePath, type RawName } from '../../util/file-name.ts'
import { unreachableError } from '../../util/path-error.ts'
import type { PrivateFiles } from '../../util/private-files.ts'
import type { Grants } from '../grants/grants.ts'
import type { IsMember } from '../messaging/shared-libraries.ts'
import type { Peer, ProtocolHandler } from '../wire/protocol.ts'
import { answering } from '../wire/rpc.ts'
import { browse, MAX_CONTENTS, MAX_PATH, MAX_THUMB_BYTES, PAGE_ENTRIES, type Subject } from './protocol.ts'
import type { Piece } from './remote-file.ts'
import type { HeldFile, ServedFiles } from './served-files.ts'
import { entryToWire, infoToWire, nameToWire, pathText, rawPathOf } from './wire-entry.ts'

export interface ServeBrowseDeps {
  readonly files: ServedFiles
  readonly grants: Pick<Grants, 'has' | 'require'>
  /** Those that are open. */
  readonly libraries: () => readonly { readonly id: LibraryId }[]
  readonly isMember: IsMember
  /** The files of Spacedrive itself, which are shown to nobody. */
  readonly privateFiles: Pick<PrivateFiles, 'refuse'>
}

/** What paired devices may see and read here: the answers of this device. Each is allowed, or not, when it is asked. */
export class ServedBrowse {
  readonly #deps: ServeBrowseDeps

  constructor(deps: ServeBrowseDeps) {
    this.#deps = deps
  }

  handler(): ProtocolHandler {
    const { files, grants } = this.#deps
    return answering(browse, {
      places: async (_input, { id }) => {
        grants.require(id, 'browse')
        return (await files.places()).map(({ kind, name, path }) => ({ kind, name, path }))
      },
      list: async (input, peer, signal) => {
        const path = await this.#folder(input.path, peer)
        const { items, ...listing } = await files.list({ ...input, path: pathText(path) }, signal)
        return { ...listing, path: pathText(path), items: items.slice(0, PAGE_ENTRIES).map(entryToWire) }
      },
      seek: async ({ prefix, entryPath, ...input }, peer, signal) => {
        const path = await this.#folder(input.path, peer)
        const sought = prefix === null ? { entryPath: entryPath ?? '' } : { prefix }
        return files.seek({ ...input, ...sought, path: pathText(path) }, signal)
      },
      info: async ({ of }, peer, signal) => {
        const info = await files.info(pathText(await this.#pathOf(of, peer, 'browse')), signal)
        return { path: pathText(rawPathOf(info)), info: infoToWire(info) }
      },
      archive: async (input, peer, signal) => {
        // What is in a file is a matter of reading it.
        const path = pathText(await this.allowed(input.path, peer, 'read'))
        const { items, truncated, ...listing } = await files.archive({ ...input, path }, signal)
        const fitting = items.filter(
          (member) => Math.max(member.path.length, member.pathBase64?.length ?? 0) <= MAX_PATH,
        )
        return { ...listing, path, items: fitting, truncated: truncated || fitting.length < items.length }
      },
      thumb: async ({ of, variant }, peer, signal) => this.#thumb(of, variant, peer, signal),
      read: async ({ of, ...piece }, peer, signal) => {
        const path = await this.#pathOf(of, peer, 'read')
        await using file = await files.open(path, signal)
        const { name, ...rest } = await readPiece(file, piece)
        return { ...nameToWire(name), ...rest }
      },
      where: async ({ content }, peer) => {
        const mayLook = grants.has(peer.id, 'browse')
        const found = files.copiesOf(content, this.#librariesOf(peer, 'browse')).slice(0, MAX_CONTENTS)
        return found.map(({ online, path, size }) => ({ path: mayLook ? pathText(path) : null, size, online }))
      },
      holding: async ({ contents }, peer) => {
        const libraries = this.#librariesOf(peer, 'read')
        return contents.flatMap((contentId) => {
          const [held] = files.holding(contentId, libraries)
          return held ? [{ contentId, size: held.size, ...nameToWire(baseOf(held.path)) }] : []
        })
      },
    })
  }

  /** Where links lead to, of a path a device may have. Throws `NotAuthorised`, `PermissionDenied` for files of Spacedrive itself, and what keeps the path from being reached. */
  async allowed(path: string, peer: Peer, what: GrantKind): Promise<RawName> {
    this.#deps.grants.require(peer.id, what)
    const real = await resolved(path)
    await this.#deps.privateFiles.refuse(real)
    return real
  }

  /** A file with a content that a device may have. */
  held(contentId: ContentId, peer: Peer, what: GrantKind): HeldFile {
    const libraries = this.#librariesOf(peer, what)
    if (libraries.size === 0) this.#deps.grants.require(peer.id, what)
    const [held] = this.#deps.files.holding(contentId, libraries)
    if (held) return held
    throw new CoreError('NotFound', `there is no file with the content ${contentId} that can be read now`)
  }

  #folder(path: string, peer: Peer): Promise<RawName> {
    return this.allowed(path, peer, 'browse')
  }

  async #pathOf(of: Subject, peer: Peer, what: GrantKind): Promise<RawName> {
    if ('path' in of) return this.allowed(of.path, peer, what)
    const { path } = this.held(of.content, peer, what)
    return path
  }

  /** All for whoever may look around, else those both have. */
  #librariesOf(peer: Peer, what: GrantKind): ReadonlySet<LibraryId> {
    const { grants, isMember, libraries } = this.#deps
    const ids = libraries().map(({ id }) => id)
    return new Set(grants.has(peer.id, what) ? ids : ids.filter((id) => isMember(id, peer.id)))
  }

  async #thumb(of: Subject, variant: string, peer: Peer, signal: AbortSignal) {
    const { files } = this.#deps
    let contentId: ContentId | null
    if ('path' in of) ({ contentId } = await files.info(pathText(await this.allowed(of.path, peer, 'browse')), signal))
    else contentId = of.content
    if (contentId === null) return { state: 'none' as const, reason: 'what is in it is not known yet' }
    const libraries = this.#librariesOf(peer, 'browse')
    if (libraries.size === 0) this.#deps.grants.require(peer.id, 'browse')
    const thumb = await files.thumb({ contentId, variant, maxBytes: MAX_THUMB_BYTES, libraries })
    if (thumb.state !== 'ready') return thumb
    await using file = await files.openThumb(thumb.path, signal)
    const bytes = await bytesOf(file, { offset: 0, length: MAX_THUMB_BYTES })
    return { state: 'ready' as const, variant: thumb.variant, checksum: thumb.checksum, bytes }
  }
}

async function resolved(path: string): Promise<RawName> {
  const given = parsePath(path)
  try {
    return bytesToName(new Uint8Array(await realpath(fsPath(given), 'buffer')))
  } catch (err) {
    throw unreachableError(err, displayName(given))
  }
}

/** A piece of an open file, and what it is now. Throws `Conflict` where it is no longer the one with this tag. */
export async function readPiece(
  file: OpenFile,
  { etag, ...piece }: { etag: string | null; offset: number; length: number },
): Promise<Piece> {
  const { mtimeNs, size } = file.stats
  const now = openedFileTag(file)
  if (etag !== null && etag !== now)
    throw new CoreError('Conflict', `${displayName(file.path)} was changed while it was read; begin again`)
  return {
    name: baseOf(file.path),
    size: Number(size),
    mtimeMs: Number(mtimeNs) / NS_PER_MS,
    etag: now,
    bytes: await bytesOf(file, piece),
  }
}

const NS_PER_MS = 1e6

async function bytesOf(file: OpenFile, { length, offset }: { offset: number; length: number }) {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, Number(file.stats.size) - offset)))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.handle.read(bytes, filled, bytes.length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
