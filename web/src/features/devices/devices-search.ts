import { flagOf, oneOf } from '../../app/search-params.ts'

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

/** The state of the page of one device. */
export interface DeviceSearch {
  /** Its folders are asked for, which somebody there may have to allow. */
  readonly folders?: true
}

export function readDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  return flagOf(search, 'folders')
}
