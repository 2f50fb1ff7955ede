import { oneOf } from './browse-search.ts'

const ways = ['code', 'words'] as const

/** The state of the page of devices, all of it in its address. */
export interface DevicesSearch {
  /** The pairing dialog: `code` shows one, `words` takes that of another device. Absent: closed. */
  readonly pair?: (typeof ways)[number]
}

/** What of an address can be used; the rest is passed over. */
export function readDevicesSearch(search: Record<string, unknown>): DevicesSearch {
  return oneOf(search, 'pair', ways)
}
