import type { Entry } from '@spacedrive/core/domain'

/** The number of folders before the first other entry, by halving: twenty rows are looked at of a million. */
export async function countLeading(
  total: number,
  entryAt: (row: number) => Promise<Pick<Entry, 'kind'> | undefined>,
): Promise<number> {
  let [first, end] = [0, total]
  while (first < end) {
    const middle = Math.floor((first + end) / 2)
    if ((await entryAt(middle))?.kind === 'directory') first = middle + 1
    else end = middle
  }
  return first
}
