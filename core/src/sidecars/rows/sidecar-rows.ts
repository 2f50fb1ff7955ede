import { UuidFactory } from '../../util/uuid.ts'
import { ExchangeRows } from './exchange-rows.ts'
import { QueueRows } from './queue-rows.ts'
import type { RowDeps } from './row.ts'
import { RowViews } from './row-views.ts'
import { UpkeepRows } from './upkeep-rows.ts'
import { WorkRows } from './work-rows.ts'

/** Access to the rows of sidecars, by purpose. */
export interface SidecarRows {
  readonly queue: QueueRows
  readonly work: WorkRows
  readonly views: RowViews
  readonly upkeep: UpkeepRows
  readonly exchange: ExchangeRows
}

export function openRows(of: Omit<RowDeps, 'uuids'>): SidecarRows {
  const deps = { ...of, uuids: new UuidFactory(of.now) }
  return {
    queue: new QueueRows(deps),
    work: new WorkRows(deps),
    views: new RowViews(deps),
    upkeep: new UpkeepRows(deps),
    exchange: new ExchangeRows(deps),
  }
}
