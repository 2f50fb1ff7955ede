import { Packr } from 'msgpackr'
import type { DeviceId, TransferState } from '../../domain/index.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Asking } from './fetch-transfer.ts'

const packr = new Packr({ useRecords: false })

/** Metadata that a received file keeps from the original. */
export type Preserve = 'nothing' | 'times' | 'all'

/** Indexed by the number in the column. Older versions wrote only 0 and 1. */
const PRESERVED: readonly Preserve[] = ['nothing', 'all', 'times']

export interface StartInput extends Asking {
  readonly title: string
  /** Absolute path of an existing folder. */
  readonly folder: string
  /** `all`: times and permissions, limited by the umask of this device. */
  readonly preserve: Preserve
  /** The offer that a person accepted; a device that sends anything else is refused. */
  readonly agreed?: Agreed
}

/** An offer as it was shown to a person. */
export interface Agreed {
  /** The first offered names, as they were shown. */
  readonly names: readonly string[]
  /** Whether `names` contains all offered names. */
  readonly isAll: boolean
  /** Longest name that is shown, in UTF-16 units; longer names are cut. */
  readonly maxName: number
  /** Maximum number and size of the files. */
  readonly atMost: Amount
}

/** Numbers of files and folders, and the total size of the files in bytes. */
export interface Amount {
  readonly files: number
  readonly bytes: number
  readonly folders: number
}

/** The row of one transfer to this device. */
export interface TransferRow {
  readonly id: string
  readonly devices: string
  readonly kind: string
  readonly spec: Uint8Array
  readonly title: string
  readonly folder: string
  readonly preserve: number
  readonly state: TransferState
  readonly files_done: number
  readonly files_total: number | null
  readonly bytes_done: number
  readonly bytes_total: number | null
  readonly left_out: number
  readonly failed: number
  readonly failures: string
  /** JSON: notes for the user about received files. */
  readonly notes: string
  readonly error: string | null
  readonly created_at: number
  readonly ended_at: number | null
}

/** The stored transfers to this device, in `network.db`. */
export class TransferRows {
  readonly #db: NetworkDb

  constructor(db: NetworkDb) {
    this.#db = db
  }

  /** All transfers, the oldest first. */
  all(): TransferRow[] {
    return this.#db.all<TransferRow>('select * from transfers order by id')
  }

  add(row: TransferRow): void {
    const columns = Object.keys(row)
    this.#db.run(
      `insert into transfers(${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
      ...Object.values(row),
    )
  }

  set({ id, ...values }: TransferRow): void {
    const columns = Object.keys(values)
    this.#db.run(
      `update transfers set ${columns.map((column) => `${column} = ?`).join(', ')} where id = ?`,
      ...Object.values(values),
      id,
    )
  }

  remove(id: string): void {
    this.#db.run('delete from transfers where id = ?', id)
  }
}

/** The row of a new transfer; `now` in milliseconds since 1970. */
export function newRow(input: StartInput, { id, now }: { id: string; now: number }): TransferRow {
  return {
    id,
    devices: JSON.stringify(input.devices),
    kind: input.kind,
    spec: packr.pack(input.spec),
    title: input.title,
    folder: input.folder,
    preserve: PRESERVED.indexOf(input.preserve),
    state: 'waiting',
    files_done: 0,
    files_total: null,
    bytes_done: 0,
    bytes_total: null,
    left_out: 0,
    failed: 0,
    failures: '[]',
    notes: '[]',
    error: null,
    created_at: now,
    ended_at: null,
  }
}

export function preserveOf({ preserve }: TransferRow): Preserve {
  return PRESERVED[preserve] ?? 'nothing'
}

/** The request to the other devices. */
export function askingOf({ devices, kind, spec }: TransferRow): Asking {
  return { devices: JSON.parse(devices) as DeviceId[], kind, spec: packr.unpack(spec) }
}
