export { type KnownLocation, LocationMap, type Place } from './location-map.ts'
export {
  type AddInput,
  type LocationIndexer,
  Locations,
  type LocationsDeps,
  type LocationWatching,
} from './locations.ts'
export { LocationRecords } from './location-records.ts'
export { assertPresent, checkRoot, type RootState } from './root-check.ts'
