import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from '../../db/sqlite.ts'
import { databaseError, kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import type { DeviceId } from '../../domain/index.ts'
import { CoreError, systemCode } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { migrations } from './migrations/index.ts'
import { setAside } from './set-aside.ts'

/** The file name for a database that is never written to disk. */
export const IN_MEMORY = ':memory:'

export interface OpenNetworkDbDeps {
  /** `network.db` in the data folder, or `:memory:`. */
  readonly file: string
  /** The device that the database must belong to. */
  readonly device: DeviceId
  readonly log: Logger
  readonly now: () => number
}

/**
 * `network.db`: all stored facts about other devices. It is small, so every statement is synchronous. Statements are
 * prepared once. Each part of the network has its tables in a separate migration.
 */
export class NetworkDb implements Disposable {
  readonly file: string
  /** A message for the user about a database that was set aside; null if there is none. */
  readonly notice: string | null
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(file: string, db: DatabaseSync, notice: string | null) {
    this.file = file
    this.#db = db
    this.notice = notice
  }

  /**
   * Opens the database, or makes it. A database that is damaged, or that came with a copy of another device's data
   * folder, is set aside with its content, and a new one is made. Throws `VersionMismatch`, and any error that prevents
   * opening.
   */
  static async open(deps: OpenNetworkDbDeps): Promise<NetworkDb> {
    const { file, log, now } = deps
    try {
      const db = await openChecked(file)
      if (isOwnedBy(db, deps.device)) return new NetworkDb(file, db, null)
      const hadDevices = db.prepare('select 1 from devices limit 1').get() !== undefined
      db.close()
      const aside = setAside(file, { why: 'copied', now: now() })
      log.warn({ file, aside }, 'the paired devices are those of another device, whose data folder was copied')
      const notice = `the paired devices in the data folder are those of the device it was copied from, and not taken over: ${aside}`
      return new NetworkDb(file, await openNew(deps), hadDevices ? notice : null)
    } catch (err) {
      if (!(err instanceof CoreError) || err.code !== 'Corrupt' || !existsSync(file)) throw err
      const aside = setAside(file, { why: 'corrupt', now: now() })
      log.error({ err, file, aside }, 'the list of paired devices was damaged and moved aside; a new one was created')
      return new NetworkDb(
        file,
        await openNew(deps),
        `the list of paired devices was damaged and moved to ${aside}; pair the devices again`,
      )
    }
  }

  /** Returns the number of changed rows. Like the other methods, throws `DiskFull` and other errors of the database. */
  run(statement: string, ...values: SQLInputValue[]): number {
    return this.#try(() => Number(this.#prepare(statement).run(...values).changes))
  }

  /** The caller names the type of the rows as `R`; it is not checked. */
  all<R>(statement: string, ...values: SQLInputValue[]): R[] {
    return this.#try(() => this.#prepare(statement).all(...values) as R[])
  }

  get<R>(statement: string, ...values: SQLInputValue[]): R | undefined {
    return this.#try(() => this.#prepare(statement).get(...values) as R | undefined)
  }

  /** Runs `change` in a transaction: either all its writes are stored, or none. */
  transaction<T>(change: () => T): T {
    this.run('begin immediate')
    try {
      const result = change()
      this.run('commit')
      return result
    } catch (err) {
      // If the disk is full, SQLite has already rolled back.
      if (this.#db.isTransaction) this.run('rollback')
      throw err
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (err) {
      throw databaseError(err, this.file)
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const prepared = this.#db.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }
}

async function openNew({ device, file }: OpenNetworkDbDeps): Promise<DatabaseSync> {
  const db = await openChecked(file)
  isOwnedBy(db, device)
  return db
}

async function openChecked(file: string): Promise<DatabaseSync> {
  try {
    if (file !== IN_MEMORY) makePrivate(file)
    const db = openDatabase(file, { cacheKiB: CACHE_KIB })
    try {
      const result = db.prepare('pragma quick_check(1)').get()?.['quick_check']
      if (result !== 'ok') throw new CoreError('Corrupt', `${file} is damaged: ${String(result)}`)
      await migrate(kyselyOver<unknown>(db), migrations, file)
      return db
    } catch (err) {
      db.close()
      throw err
    }
  } catch (err) {
    throw databaseError(err, file)
  }
}

/**
 * Only this user may read the list of paired devices. The permissions are set before SQLite opens the file, because
 * SQLite gives the same permissions to the files beside it. Errors are ignored here, because opening the file then
 * fails too and reports them.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600)
  } catch (err) {
    if (systemCode(err) === undefined) throw err
  }
}

/** Whether the database belongs to this device. A new database gets this device as its owner. */
function isOwnedBy(db: DatabaseSync, device: DeviceId): boolean {
  const owner = db.prepare('select device from owner').get()?.['device']
  if (owner === undefined) db.prepare('insert into owner(device) values (?)').run(device)
  return owner === undefined || owner === device
}

/** A small cache, because the database has a few hundred rows at most. */
const CACHE_KIB = 512
