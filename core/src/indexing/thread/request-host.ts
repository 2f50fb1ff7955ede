import type { NotedItems } from './noted-items.ts'
import type { ScanHost } from './scan-request.ts'

/** How a running request reports to its caller. */
export interface RequestHost extends ScanHost {
  checkpoint(state: unknown): void
  phase(name: string): void
  /** Records the items that are being read, so that a crash names its cause; null if no items are noted. */
  readonly items: NotedItems | null
}
