import type { DeviceId, Grant, GrantRequest } from '../../domain/index.ts'
import { grantKinds, type GrantKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Registry } from '../registry/registry.ts'

/**
 * What a device that is paired may do without being asked about: offer files, which a person accepts or declines, and
 * have the sidecars of libraries it is a member of.
 */
const USUAL: ReadonlySet<GrantKind> = new Set(['send', 'sidecars'])

export interface GrantsDeps {
  readonly db: NetworkDb
  readonly registry: Registry
  readonly now: () => number
  /** Told once for each thing a device asks for, until a person has answered. */
  readonly onRequested: (request: GrantRequest) => void
  /** Told when a person has allowed something, or no longer. */
  readonly onChanged: (grant: Grant) => void
}

interface GrantRow {
  readonly device: string
  readonly what: GrantKind
  readonly allowed: number
  readonly at: number
}

/** What each paired device may do here, in `network.db`. What holds is asked each time: it is revoked at once. */
export class Grants {
  readonly #deps: GrantsDeps

  constructor(deps: GrantsDeps) {
    this.#deps = deps
  }

  /** Whether a device may; false for one that is not paired, or blocked. */
  has(device: DeviceId, what: GrantKind): boolean {
    const known = this.#deps.registry.get(device)
    if (!known || known.blocked) return false
    const row = this.#deps.db.get<GrantRow>('select * from grants where device = ? and what = ?', device, what)
    return row === undefined ? USUAL.has(what) : row.allowed === 1
  }

  /**
   * Throws `NotAuthorised` where a device may not, with a sentence for the person there; the person here sees that it
   * has asked.
   */
  require(device: DeviceId, what: GrantKind): void {
    if (this.has(device, what)) return
    const known = this.#deps.registry.get(device)
    if (!known) throw new CoreError('NotAuthorised', 'the two devices are not paired')
    if (!known.blocked) this.#request(device, what)
    throw new CoreError(
      'NotAuthorised',
      `you may not ${saidOf[what]} there; whoever is at that device can allow it: \`spacedrive network grant ${known.slug} ${what}\``,
      { details: { grant: what } },
    )
  }

  /** Allows something, or no longer. Throws `NotFound` where the device is not paired. */
  set(device: DeviceId, what: GrantKind, allowed: boolean): Grant {
    const { db, now, onChanged, registry } = this.#deps
    const known = registry.get(device)
    if (!known) throw new CoreError('NotFound', `no device ${device} is paired with this one`)
    db.transaction(() => {
      db.run(
        'insert or replace into grants(device, what, allowed, at) values (?, ?, ?, ?)',
        device,
        what,
        allowed ? 1 : 0,
        now(),
      )
      db.run('delete from grant_requests where device = ? and what = ?', device, what)
    })
    const grant = { device: { id: known.id, name: known.name }, what, allowed, requestedAt: null }
    onChanged(grant)
    return grant
  }

  /** What each paired device may do, and what it has asked for: all kinds of each, by name. */
  list(): Grant[] {
    const requests = new Map(
      this.#deps.db
        .all<Omit<GrantRow, 'allowed'>>('select * from grant_requests')
        .map(({ at, device, what }) => [`${device} ${what}`, new Date(at).toISOString()]),
    )
    return this.#deps.registry.list().flatMap(({ id, name }) =>
      grantKinds.map((what) => ({
        device: { id, name },
        what,
        allowed: this.has(id, what),
        requestedAt: requests.get(`${id} ${what}`) ?? null,
      })),
    )
  }

  #request(device: DeviceId, what: GrantKind): void {
    const { db, now, onRequested, registry } = this.#deps
    const isNew =
      db.run('insert or ignore into grant_requests(device, what, at) values (?, ?, ?)', device, what, now()) > 0
    const { name } = registry.get(device)!
    if (isNew) onRequested({ device: { id: device, name }, what })
  }
}

const saidOf: Readonly<Record<GrantKind, string>> = {
  browse: 'look at folders',
  read: 'read files',
  send: 'send files',
  sidecars: 'have thumbnails and the like',
}
