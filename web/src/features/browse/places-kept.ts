import type { Choice } from './choice.ts'

/** How a listing was left, for the way back to it. */
export interface KeptPlace {
  /** Pixels of all rows. */
  readonly top: number
  readonly total: number
  readonly choice: Choice
}

const STORE = 'spacedrive.places'
/** Entries of the history that are remembered. */
const MAX_PLACES = 60
/** A selection of more spans is not kept. */
const MAX_SPANS = 500

/** How the page was left that an entry of the browser's history stands for. */
export function keptPlace(key: string): KeptPlace | null {
  return places().find(([known]) => known === key)?.[1] ?? null
}

export function keepPlace(key: string, place: KeptPlace): void {
  if (place.choice.selection.spans.length > MAX_SPANS) return
  const others = places().filter(([known]) => known !== key)
  sessionStorage.setItem(STORE, JSON.stringify([[key, place], ...others].slice(0, MAX_PLACES)))
}

function places(): [string, KeptPlace][] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '[]') as [string, KeptPlace][]
  } catch {
    return []
  }
}
