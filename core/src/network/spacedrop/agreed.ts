import type { Agreed } from '../transfer/index.ts'
import type { OfferRow } from './offer-rows.ts'
import { MAX_ITEMS, MAX_NAME, MAX_NAMES } from './protocol.ts'

/** Maximum number of folders from a stranger, because folders also take disk space. */
const MAX_FOLDERS_OF_STRANGER = 10_000
/**
 * How much more than offered a paired device may send, because files may grow until the offer is accepted: this
 * fraction of the offer, but at least `MORE_FILES` and `MORE_BYTES`.
 */
const MORE = 0.1
const MORE_FILES = 100
const MORE_BYTES = 64 * 1024 ** 2

/** What a person sees of an offer before accepting it, and how much data the device may send after that. */
export function agreedTo({ bytes, items, names, stranger }: OfferRow): Agreed {
  const shown = JSON.parse(names) as string[]
  return {
    names: shown,
    isAll: shown.length < MAX_NAMES,
    maxName: MAX_NAME,
    atMost: stranger
      ? { files: items, bytes, folders: MAX_FOLDERS_OF_STRANGER }
      : { files: withMore(items, MORE_FILES), bytes: withMore(bytes, MORE_BYTES), folders: MAX_ITEMS },
  }
}

function withMore(offered: number, atLeast: number): number {
  return offered + Math.max(Math.ceil(offered * MORE), atLeast)
}
