import type { DeviceId, Grant, GrantRequest } from '../../domain/index.ts'
import { grantKinds, grantsFolders, type GrantKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, nameBytes, pathBelow, type RawName } from '../../util/file-name.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Registry } from '../registry/registry.ts'

/**
 * Grants that a paired device has by default: it may offer files, which a person here accepts or declines, and it may
 * fetch the sidecars of libraries that it is a member of.
 */
const USUAL: ReadonlySet<GrantKind> = new Set(['send', 'sidecars'])
/** Maximum number of folders of one grant. A person names them one by one. */
const MAX_FOLDERS = 1_000
/** Longest requested path that is stored, as text. */
const MAX_REQUESTED_PATH = 8_192

export interface GrantsDeps {
  readonly db: NetworkDb
  readonly registry: Registry
  readonly now: () => number
  /** Called once for each kind of grant that a device requests, until a person has answered. */
  readonly onRequested: (request: GrantRequest) => void
  /** Called when a person has allowed something or withdrawn it. */
  readonly onChanged: (grant: Grant) => void
}

/**
 * What a grant applies to. `browse` and `read` need an extent; the other kinds have none. `folders` are absolute paths
 * without links.
 */
export type Extent = { readonly everything: true } | { readonly folders: readonly RawName[] }

interface GrantRow {
  readonly device: string
  readonly what: GrantKind
  readonly allowed: number
  readonly everything: number
}

interface RequestRow {
  readonly device: string
  readonly what: GrantKind
  readonly at: number
  readonly path: string | null
  readonly was_everything: number
}

/**
 * The grants of each paired device on this device, stored in `network.db`. `browse` and `read` apply to folders. Every
 * check reads the database, so a withdrawal takes effect immediately.
 */
export class Grants {
  readonly #deps: GrantsDeps

  constructor(deps: GrantsDeps) {
    this.#deps = deps
  }

  /** Whether a device has this grant for any path; false if the device is not paired or is blocked. */
  has(device: DeviceId, what: GrantKind): boolean {
    const known = this.#deps.registry.get(device)
    if (!known || known.blocked) return false
    const row = this.#row(device, what)
    return row === undefined ? USUAL.has(what) : row.allowed === 1
  }

  /** Whether a device has this grant for everything on this device. */
  hasEverything(device: DeviceId, what: GrantKind): boolean {
    return this.has(device, what) && this.#row(device, what)?.everything === 1
  }

  /**
   * Whether a device has this grant for a path, that is, for the path or a folder above it. The path contains no links.
   */
  covers(device: DeviceId, what: GrantKind, path: RawName): boolean {
    if (!this.has(device, what)) return false
    if (this.#row(device, what)?.everything === 1) return true
    return this.folders(device, what).some((folder) => pathBelow(path, folder) !== null)
  }

  /** The folders of a grant, sorted by path. Empty if the grant covers everything. */
  folders(device: DeviceId, what: GrantKind): RawName[] {
    return this.#deps.db
      .all<{ folder: Uint8Array }>(
        'select folder from grant_folders where device = ? and what = ? order by folder',
        device,
        what,
      )
      .map(({ folder }) => bytesToName(new Uint8Array(folder)))
  }

  /**
   * Throws `NotAuthorised` if a device does not have the grant, with a message for the person at the other device. The
   * request is stored and shown to the person here. `path`: the path that the device wants; if omitted, a grant for any
   * path is enough. `shown`: the path as the other device wrote it, so that it learns nothing about links here.
   */
  require(device: DeviceId, what: GrantKind, asked: { path: RawName; shown: string } | null = null): void {
    if (asked === null ? this.has(device, what) : this.covers(device, what, asked.path)) return
    const known = this.#deps.registry.get(device)
    if (!known) throw new CoreError('NotAuthorised', 'the two devices are not paired')
    const path = asked === null ? null : asked.shown.slice(0, MAX_REQUESTED_PATH)
    if (!known.blocked) this.#request(device, what, path)
    const folder = grantsFolders(what) ? ' <folder>' : ''
    const where = path === null ? '' : `: ${path} is not in a folder that was opened for you`
    throw new CoreError(
      'NotAuthorised',
      `you may not ${saidOf[what]} there${where}; the person at that device can allow it: \`spacedrive network grant ${known.slug} ${what}${folder}\``,
      { details: { grant: what } },
    )
  }

  /**
   * Gives a device a grant. New folders are added to the allowed ones; `everything` replaces them. Throws `NotFound`
   * if the device is not paired, and `InvalidInput` if the extent is missing for `browse` or `read`.
   */
  allow(device: DeviceId, what: GrantKind, extent: Extent | null = null): Grant {
    const { db } = this.#deps
    if (grantsFolders(what) !== (extent !== null))
      throw new CoreError(
        'InvalidInput',
        grantsFolders(what)
          ? `the grant "${what}" applies to folders: name at least one`
          : `the grant "${what}" does not apply to folders`,
      )
    return this.#change(device, what, (at) => {
      const everything = extent !== null && 'everything' in extent
      db.run(
        'insert or replace into grants(device, what, allowed, at, everything) values (?, ?, 1, ?, ?)',
        device,
        what,
        at,
        everything ? 1 : 0,
      )
      if (everything) db.run('delete from grant_folders where device = ? and what = ?', device, what)
      if (extent === null || everything) return
      for (const folder of extent.folders)
        db.run(
          'insert or ignore into grant_folders(device, what, folder, at) values (?, ?, ?, ?)',
          device,
          what,
          nameBytes(folder),
          at,
        )
      if (this.folders(device, what).length > MAX_FOLDERS)
        throw new CoreError('InvalidInput', `one grant can have at most ${MAX_FOLDERS} folders`)
    })
  }

  /**
   * Withdraws a grant for some folders, or completely. Throws `NotFound` if the device is not paired, or if the grant
   * does not name one of the folders, and `Conflict` if a folder cannot be withdrawn, because a folder above it is
   * granted.
   */
  takeBack(device: DeviceId, what: GrantKind, folders: readonly RawName[] = []): Grant {
    const { db } = this.#deps
    return this.#change(device, what, (at) => {
      for (const folder of folders) {
        const removed = db.run(
          'delete from grant_folders where device = ? and what = ? and folder = ?',
          device,
          what,
          nameBytes(folder),
        )
        if (removed === 0)
          throw new CoreError(
            'NotFound',
            `${displayName(folder)} is not a folder of this grant; \`spacedrive network grants\` lists them`,
          )
      }
      const left = folders.length > 0 ? this.folders(device, what) : []
      for (const folder of folders) {
        const above = left.find((each) => pathBelow(folder, each) !== null)
        if (above !== undefined)
          throw new CoreError(
            'Conflict',
            `${displayName(folder)} would stay open, because it is inside ${displayName(above)}, which is also open; revoke that grant too, then open only the folders you need`,
          )
      }
      if (left.length > 0) return
      db.run('delete from grant_folders where device = ? and what = ?', device, what)
      db.run(
        'insert or replace into grants(device, what, allowed, at, everything) values (?, ?, 0, ?, 0)',
        device,
        what,
        at,
      )
    })
  }

  /** All kinds of grants for each paired device, with their open requests, sorted by the name of the device. */
  list(): Grant[] {
    const requests = new Map(
      this.#deps.db
        .all<RequestRow>('select * from grant_requests')
        .map((request) => [`${request.device} ${request.what}`, request]),
    )
    return this.#deps.registry
      .list()
      .flatMap(({ id }) => grantKinds.map((what) => this.#show(id, what, requests.get(`${id} ${what}`) ?? null)))
  }

  /**
   * One notice for each grant that an older version gave for the whole disk and that a person has not confirmed yet.
   */
  notices(): string[] {
    return this.list()
      .filter(({ wasEverything }) => wasEverything)
      .map(({ device, what }) => {
        const slug = this.#deps.registry.get(device.id)?.slug ?? device.name
        return `${device.name} was allowed to ${saidOf[what]} on the whole disk, which was not said then. It is not allowed any more. Choose folders: \`spacedrive network grant ${slug} ${what} <folder>\`, or end this: \`spacedrive network grant ${slug} ${what} --off\``
      })
  }

  #row(device: DeviceId, what: GrantKind): GrantRow | undefined {
    return this.#deps.db.get<GrantRow>('select * from grants where device = ? and what = ?', device, what)
  }

  #show(device: DeviceId, what: GrantKind, request: RequestRow | null): Grant {
    const { id, name } = this.#deps.registry.get(device)!
    const allowed = this.has(id, what)
    return {
      device: { id, name },
      what,
      allowed,
      everything: this.hasEverything(id, what),
      folders: allowed ? this.folders(id, what).map(textOf) : [],
      requestedAt: request && new Date(request.at).toISOString(),
      requestedPath: request?.path ?? null,
      wasEverything: request?.was_everything === 1,
    }
  }

  #change(device: DeviceId, what: GrantKind, change: (at: number) => void): Grant {
    const { db, now, onChanged, registry } = this.#deps
    if (!registry.get(device)) throw new CoreError('NotFound', `no device ${device} is paired with this one`)
    db.transaction(() => {
      change(now())
      db.run('delete from grant_requests where device = ? and what = ?', device, what)
    })
    const grant = this.#show(device, what, null)
    onChanged(grant)
    return grant
  }

  #request(device: DeviceId, what: GrantKind, path: string | null): void {
    const { db, now, onRequested, registry } = this.#deps
    const isNew =
      db.run(
        'insert or ignore into grant_requests(device, what, at, path) values (?, ?, ?, ?)',
        device,
        what,
        now(),
        path,
      ) > 0
    const { name } = registry.get(device)!
    if (isNew) onRequested({ device: { id: device, name }, what, path })
  }
}

/** The path in the notation that commands accept. */
function textOf(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(nameBytes(path)).toString('base64')}`
}

const saidOf: Readonly<Record<GrantKind, string>> = {
  browse: 'look at folders',
  read: 'read files',
  send: 'send files',
  sidecars: 'have thumbnails and the like',
}
