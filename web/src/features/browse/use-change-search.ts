import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type BrowseSearch, readBrowseSearch } from './browse-search.ts'

/** Parts of the address to change; undefined takes a part out. */
export type SearchChange = { readonly [K in keyof BrowseSearch]?: BrowseSearch[K] | undefined }

/** Changes parts of the address of a folder; `replace` makes no step of the history. */
export function useChangeSearch(): (change: SearchChange, options?: { replace: boolean }) => void {
  const navigate = useNavigate({ from: '/browse' })
  return useCallback(
    (change, options) =>
      void navigate({
        search: (before) => readBrowseSearch({ ...before, ...change }),
        replace: options?.replace ?? false,
      }),
    [navigate],
  )
}
