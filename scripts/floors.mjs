/**
 * The rooms of `core/src` on their floors, from the bottom up. A room imports only rooms on floors below its own, types
 * included. The layers check enforces this, and the picture in `docs/index.md` shows it.
 */
export const floors = [
  { rooms: ['util', 'domain'], about: 'helpers; data shapes that cross a wire' },
  { rooms: ['db', 'events', 'config', 'workers'], about: 'SQLite itself; events; settings; threads and processes' },
  { rooms: ['store', 'jobs'], about: "the library's database and its change feed; durable work" },
  { rooms: ['content', 'device', 'volume'], about: 'identity, types and media of contents; this device; file systems' },
  { rooms: ['location'], about: 'managed folders: rows, settings, states' },
  { rooms: ['entries'], about: 'rows as entries, and their orders' },
  { rooms: ['sources'], about: 'an address goes in, a source of files comes out; the only changes of user files' },
  { rooms: ['indexing'], about: 'scan, compare, identify, rules' },
  { rooms: ['watching', 'files', 'sidecars'], about: 'watch; list and read; derived files' },
  { rooms: ['search', 'overview'], about: 'names, texts, meaning; sums, timeline, duplicates' },
  { rooms: ['network'], about: 'other devices: transports, sessions, one folder for each protocol' },
  { rooms: ['library'], about: 'the `.sdlibrary` folder; opens the features of a library' },
  { rooms: ['doctor'], about: 'checks of the whole installation' },
  { rooms: ['core'], about: '`core.ts` and the other files at the root: the composition of an engine' },
  { rooms: ['ops'], about: 'the operations that anyone can call' },
]

/** The room of a file below `core/src`, by its path from there. */
export function roomOf(path) {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : 'core'
}
