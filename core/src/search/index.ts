export { type FoundEntry, NameSearch, type NameSearchDeps, type SearchedLocations } from './name-search.ts'
export { indexSidecars } from './index-sidecars.ts'
export type { Meaning } from './vectors/meanings.ts'
