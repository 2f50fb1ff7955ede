import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { databaseError, kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import type { DeviceId } from '../../domain/index.ts'
import { CoreError, systemCode } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { migrations } from './migrations/index.ts'
import { setAside } from './set-aside.ts'

/** A database that nothing is left of. */
export const IN_MEMORY = ':memory:'

export interface OpenNetworkDbDeps {
  /** `network.db` in the data folder, or `:memory:`. */
  readonly file: string
  /** Whose database it is. */
  readonly device: DeviceId
  readonly log: Logger
  readonly now: () => number
}

/**
 * `network.db`: what this device knows of others. Small, so every statement is synchronous; prepared once. Each part
 * keeps its tables in a migration of its own.
 */
export class NetworkDb implements Disposable {
  readonly file: string
  /** What became of a database that could not be used, for a person to read; null: nothing did. */
  readonly notice: string | null
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(file: string, db: DatabaseSync, notice: string | null) {
    this.file = file
    this.#db = db
    this.notice = notice
  }

  /**
   * Opens the database, or makes it. A damaged one, and one that came here with a copy of another device's data folder,
   * is set aside with its content and a new one takes its place. Throws `VersionMismatch` and what keeps it from being
   * opened.
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
      log.error({ err, file, aside }, 'the list of paired devices was damaged; it was set aside and a new one made')
      return new NetworkDb(
        file,
        await openNew(deps),
        `the list of paired devices was damaged and set aside as ${aside}; pair them again`,
      )
    }
  }

  /** Throws `DiskFull` and the like; so do the others. */
  run(statement: string, ...values: SQLInputValue[]): number {
    return this.#try(() => Number(this.#prepare(statement).run(...values).changes))
  }

  /** The rows are as the schema has them: `R` says how. */
  all<R>(statement: string, ...values: SQLInputValue[]): R[] {
    return this.#try(() => this.#prepare(statement).all(...values) as R[])
  }

  get<R>(statement: string, ...values: SQLInputValue[]): R | undefined {
    return this.#try(() => this.#prepare(statement).get(...values) as R | undefined)
  }

  /** All of what `change` writes, or nothing. */
  transaction<T>(change: () => T): T {
    this.run('begin immediate')
    try {
      const result = change()
      this.run('commit')
      return result
    } catch (err) {
      // SQLite has undone it by itself where the disk is full.
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
 * Whom this person's devices are is nobody else's business. The rights are those before SQLite opens it: what it keeps
 * beside it gets the same, and keeps them. What goes wrong here goes wrong there, too, and has its sentence.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600)
  } catch (err) {
    if (systemCode(err) === undefined) throw err
  }
}

/** Whose database it is; one that is nobody's yet is this device's from now on. */
function isOwnedBy(db: DatabaseSync, device: DeviceId): boolean {
  const owner = db.prepare('select device from owner').get()?.['device']
  if (owner === undefined) db.prepare('insert into owner(device) values (?)').run(device)
  return owner === undefined || owner === device
}

/** A few hundred rows at the most. */
const CACHE_KIB = 512
