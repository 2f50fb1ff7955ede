export type { EntryChanges } from './messages.ts'
export { type FoundEntry, NameSearch, type NameSearchDeps, type SearchedLocations } from './name-search.ts'
export { type EntriesFound, searchEntries } from './search-entries.ts'
