import { createRoute } from '@tanstack/react-router'
import { root } from '../../app/root.ts'
import { BrowseRoute } from './browse-route.tsx'
import { readBrowseSearch } from './browse-search.ts'
import { askForFolder, listingInput } from './use-listing.ts'

export const browsePage = createRoute({
  getParentRoute: () => root,
  path: '/browse',
  validateSearch: readBrowseSearch,
  // Not lazy: most visits begin here.
  component: BrowseRoute,
  staticData: {
    askAhead: (search) => {
      const { path, ...rest } = readBrowseSearch(search)
      if (path === undefined || rest.view === 'timeline' || rest.view === 'size') return
      askForFolder(listingInput({ ...rest, path }))
    },
  },
})
