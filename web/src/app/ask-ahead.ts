import { askForFolder, listingInput } from '../features/browse/index.ts'
import { readBrowseSearch } from './browse-search.ts'
import { router } from './router.tsx'

/** Asks for what the address shows: the daemon looks it up while the page is put together. */
export function askAhead(): void {
  const { pathname, search } = router.latestLocation
  if (pathname !== '/browse') return
  const { path, ...rest } = readBrowseSearch(search)
  if (path === undefined || rest.view === 'timeline' || rest.view === 'size') return
  askForFolder(listingInput({ ...rest, path }))
}
