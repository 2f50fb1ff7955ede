import type { BulkWriter } from '../store/index.ts'
import type * as works from './index-works.ts'
import type { IndexTextsRequest } from './text/index-texts.ts'

const WORKS = new URL('./index-works.ts', import.meta.url)

/**
 * Updates the search index from the sidecars. With `check`, also looks for texts that are missing in the index
 * although they were indexed.
 */
export async function indexSidecars(bulk: BulkWriter, request: IndexTextsRequest, signal: AbortSignal): Promise<void> {
  await bulk.run<typeof works.indexSidecars>({ url: WORKS, name: 'indexSidecars' }, request, { signal })
}
