import { ask, queryClient } from '../../api/index.ts'
import type { ListingInput } from './use-listing.ts'

/** The row at which something lies in the whole listing; null where it is not in it. */
export async function rowOf(input: ListingInput, entryPath: string): Promise<number | null> {
  return sought(input, { entryPath })
}

/** The next row from `from` on whose name begins with some letters, and behind the last the first. */
export async function rowBeginningWith(input: ListingInput, prefix: string, from: number): Promise<number | null> {
  return sought(input, { prefix, from })
}

async function sought(
  input: ListingInput,
  what: { entryPath: string } | { prefix: string; from: number },
): Promise<number | null> {
  // Asked for anew each time: what is sought has just moved.
  const query = { ...ask('files.seek', { ...input, ...what }), staleTime: 0, gcTime: 0 }
  return (await queryClient.fetchQuery(query)).offset
}
