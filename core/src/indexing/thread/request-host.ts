import type { NotedItems } from './noted-items.ts'
import type { ScanHost } from './scan-request.ts'

/** How a request talks while it runs. */
export interface RequestHost extends ScanHost {
  checkpoint(state: unknown): void
  phase(name: string): void
  /** Null if no items are noted. */
  readonly items: NotedItems | null
}
