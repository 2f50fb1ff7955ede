export type { EntryChanges } from './messages.ts'
export { type FoundEntry, NameSearch, type NameSearchDeps, type SearchedLocations } from './name-search.ts'
export { indexTexts, type IndexTextsReport, type IndexTextsRequest } from './text/index-texts.ts'
export type { Meaning } from './vectors/meanings.ts'
