import type { DeviceId, LibraryId } from '../../domain/index.ts'
import type { NetworkDb } from '../db/network-db.ts'

/** A library of another device that this one may join. */
export interface Invitation {
  readonly device: DeviceId
  readonly library: LibraryId
  readonly name: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Maximum number of invitations of one device that are stored. A new one replaces the oldest. */
const MAX_FROM_ONE = 100

/**
 * Libraries that this device offers to other devices, and those that others offer to it, as long as they are not
 * joined. Stored in `network.db`.
 */
export class Invitations {
  readonly #db: NetworkDb
  readonly #now: () => number

  constructor({ db, now }: { db: NetworkDb; now: () => number }) {
    this.#db = db
    this.#now = now
  }

  offer(library: LibraryId, device: DeviceId): void {
    this.#db.run(
      'insert or replace into library_offers(library, device, at) values (?, ?, ?)',
      library,
      device,
      this.#now(),
    )
  }

  /** Withdraws an offer. Returns false if there was none. */
  takeBack(library: LibraryId, device: DeviceId): boolean {
    return this.#db.run('delete from library_offers where library = ? and device = ?', library, device) > 0
  }

  offeredTo(device: DeviceId): LibraryId[] {
    return this.#db
      .all<{ library: LibraryId }>('select library from library_offers where device = ?', device)
      .map(({ library }) => library)
  }

  /** Every offer to another device that has not joined yet, the oldest first. */
  offers(): Omit<Invitation, 'name'>[] {
    return this.#db.all<Omit<Invitation, 'name'>>('select device, library, at from library_offers order by at')
  }

  /** Stores an invitation. Returns whether it is new. */
  receive({ device, library, name }: Omit<Invitation, 'at'>): boolean {
    const known = this.of(device).some((each) => each.library === library)
    this.#db.transaction(() => {
      this.#db.run(
        'insert or replace into library_invitations(device, library, name, at) values (?, ?, ?, ?)',
        device,
        library,
        name,
        this.#now(),
      )
      this.#db.run(
        `delete from library_invitations where device = ? and library not in
           (select library from library_invitations where device = ? order by at desc limit ${MAX_FROM_ONE})`,
        device,
        device,
      )
    })
    return !known
  }

  /** Returns false if there was no such invitation. */
  forget(device: DeviceId, library: LibraryId): boolean {
    return this.#db.run('delete from library_invitations where device = ? and library = ?', device, library) > 0
  }

  of(device: DeviceId): Invitation[] {
    return this.#db.all<Invitation>('select * from library_invitations where device = ? order by at', device)
  }

  all(): Invitation[] {
    return this.#db.all<Invitation>('select * from library_invitations order by at')
  }
}
