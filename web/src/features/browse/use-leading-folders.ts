import { useQuery } from '@tanstack/react-query'
import { queryClient } from '../../api/index.ts'
import { countLeading } from './count-leading.ts'
import { askPage, type Listing, PAGE_ROWS } from './use-listing.ts'

/** How many folders a listing begins with, which has folders first; null until that is known. */
export function useLeadingFolders({ input, total }: Listing): number | null {
  const { data } = useQuery({
    queryKey: ['leading-folders', input, total],
    gcTime: 0,
    queryFn: () =>
      countLeading(total ?? 0, async (row) => {
        const page = await queryClient.fetchQuery({
          ...askPage(input, Math.floor(row / PAGE_ROWS)),
          // A page that was just shown needs no second request; an event makes it stale.
          staleTime: Infinity,
        })
        return page.items[row % PAGE_ROWS]
      }),
  })
  return data ?? null
}
