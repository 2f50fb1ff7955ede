import type { BulkWork } from '../store/index.ts'
import { indexTexts, type IndexTextsRequest } from './text/index-texts.ts'
import { indexVectors } from './vectors/index-vectors.ts'

/** Adds the texts and vectors of sidecars to the search index, in the bulk thread of the store. */
export const indexSidecars: BulkWork<IndexTextsRequest, null> = async (db, request, host) => {
  await indexTexts(db, request, host)
  await indexVectors(db, request, host)
  return null
}
