import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { readSearchSearch, type SearchSearch } from './search-search.ts'

/** Parts of the address to change; undefined takes a part out. */
export type ResultsChange = { readonly [K in keyof SearchSearch]?: SearchSearch[K] | undefined }
export type ChangeResults = (change: ResultsChange, options?: { replace: boolean }) => void

/** Changes parts of the address of a search; `replace` makes no step of the history. */
export function useChangeResults(): ChangeResults {
  const navigate = useNavigate({ from: '/search' })
  return useCallback(
    (change, options) =>
      void navigate({
        search: (before) => readSearchSearch({ ...before, ...change }),
        replace: options?.replace ?? false,
      }),
    [navigate],
  )
}
