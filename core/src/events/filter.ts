import type { LibraryId } from '../domain/ids.ts'
import type { Rights } from '../domain/access.ts'
import { audiences, type Event, type EventType } from './catalog.ts'

/** Selects the events that a subscriber gets. An omitted field does not restrict them. */
export interface EventFilter {
  readonly types?: readonly EventType[]
  /** The rights of the listener. Events that need other rights are left out. */
  readonly rights?: Rights
  /** Only events of this library, and none of the whole engine. */
  readonly libraryId?: LibraryId
  /** Only events about this absolute path or below it. Events without a path are left out. */
  readonly path?: string
}

/** Compiles a filter into a test function, which the bus calls for every event. */
export function eventFilter(filter: EventFilter): (event: Event) => boolean {
  const types = filter.types && new Set(filter.types)
  const { libraryId, path, rights = 'all' } = filter
  return (event) => {
    if (!mayHear(event.type, rights)) return false
    if (types && !types.has(event.type)) return false
    if (libraryId !== undefined && event.libraryId !== libraryId) return false
    return path === undefined || concernsPath(event, path)
  }
}

function mayHear(type: EventType, rights: Rights): boolean {
  const audience = audiences[type]
  return rights === 'all' || audience === 'view' || (audience !== null && rights.includes(audience))
}

function concernsPath(event: Event, path: string): boolean {
  // Everything below the path of the event may have changed, so listeners for a folder below it get the event too.
  if (event.type === 'tree.changed') return isWithin(event.data.path, path) || isWithin(path, event.data.path)
  if (event.type === 'entry.moved') return isWithin(event.data.from, path) || isWithin(event.data.to, path)
  return 'path' in event.data && event.data.path !== null && isWithin(event.data.path, path)
}

function isWithin(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false
  if (path.length === folder.length) return true
  return isSeparator(folder.at(-1)) || isSeparator(path[folder.length])
}

/** Paths of another device may have the other separator. */
function isSeparator(character: string | undefined): boolean {
  return character === '/' || character === '\\'
}
