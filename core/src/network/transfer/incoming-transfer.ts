import type { DeviceId, Transfer } from '../../domain/index.ts'
import type { Via } from './fetch-transfer.ts'
import { Rate } from './rate.ts'
import { RefusedHolders } from './refused-holders.ts'
import { type Agreed, askingOf, type TransferRow } from './transfer-rows.ts'

/** A transfer to this device, with its current state. */
export interface Incoming {
  row: TransferRow
  readonly devices: readonly DeviceId[]
  readonly rate: Rate
  via: Via | null
  running: AbortController | null
  run: Promise<void> | null
  lastTold: number
  refused: RefusedHolders
  /**
   * The offer that a person accepted; a device that sends anything else is refused. Null if only the free disk space
   * limits the transfer.
   */
  agreed: Agreed | null
}

/** Makes the state of a stored transfer before anything runs for it. */
export function incomingOf(row: TransferRow): Incoming {
  // A transfer that was active when the process ended continues when its device is connected.
  const state = row.ended_at === null && row.state !== 'paused' ? 'waiting' : row.state
  const { devices } = askingOf(row)
  return {
    row: { ...row, state },
    devices,
    rate: new Rate(),
    via: null,
    running: null,
    run: null,
    lastTold: 0,
    refused: new RefusedHolders(),
    agreed: null,
  }
}

/** A transfer as users see it. */
export function showIncoming({ devices, rate, row, via }: Incoming, nameOf: (device: DeviceId) => string): Transfer {
  const device = devices[0]!
  const { bytesPerSecond } = rate
  const left = row.bytes_total === null ? null : row.bytes_total - row.bytes_done
  return {
    id: row.id,
    direction: 'in',
    device: { id: device, name: nameOf(device) },
    title: row.title,
    state: row.state,
    files: { done: row.files_done, total: row.files_total },
    bytes: { done: row.bytes_done, total: row.bytes_total },
    rate: row.state === 'running' ? bytesPerSecond : null,
    etaMs: row.state === 'running' && left !== null && bytesPerSecond ? (left / bytesPerSecond) * 1_000 : null,
    via: row.state === 'running' ? via : null,
    folder: row.folder,
    leftOut: row.left_out,
    failed: row.failed,
    failures: JSON.parse(row.failures) as Transfer['failures'],
    notes: JSON.parse(row.notes) as Transfer['notes'],
    error: row.error === null ? null : (JSON.parse(row.error) as Transfer['error']),
    createdAt: new Date(row.created_at).toISOString(),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at).toISOString(),
  }
}
