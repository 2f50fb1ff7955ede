import type { Entry } from '@spacedrive/core/domain'
import { useQuery } from '@tanstack/react-query'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { kindGroupNames } from '../../ui/index.ts'
import { chosenEntries } from './chosen-entries.ts'
import { messages } from './messages.ts'
import { countChosen, isChosen, type Selection } from './selection.ts'
import { summaryOf } from './selection-summary.ts'
import type { Folder } from './use-folder.ts'

/** Selected entries that are added up by kind. */
const MAX_SUMMED = 2_000

/** What several selected entries are together: how many, how large, of which kinds. */
export function SelectionDetails({ folder }: { folder: Pick<Folder, 'choice' | 'listing' | 'total'> }) {
  const t = useMessages(messages)
  const kindNames = useMessages(kindGroupNames)
  const { bytes, count } = useFormat()
  const chosen = countChosen(folder.choice.selection, folder.total)
  const entries = useChosenEntries(folder)
  if (chosen > MAX_SUMMED) return <p className="text-muted px-4 pb-3">{t.tooManySummed(MAX_SUMMED)}</p>
  if (!entries) return <p className="text-muted px-4 pb-3">{t.adding}</p>
  const { files, folders, isAtLeast, kinds, ...sum } = summaryOf(entries)
  return (
    <div className="px-4 pb-4">
      <p className="tabular-nums">
        {[files > 0 && t.files(files), folders > 0 && t.folders(folders)].filter(Boolean).join(', ')}
      </p>
      <p className="text-muted tabular-nums">{isAtLeast ? t.atLeast(bytes(sum.bytes)) : bytes(sum.bytes)}</p>
      <table className="mt-3 w-full text-start tabular-nums">
        <caption className="sr-only">{t.kinds}</caption>
        <tbody>
          {kinds.map((each) => (
            <tr key={each.kind} className="border-line border-t">
              <th scope="row" className="py-1 text-start font-normal">
                {each.kind === 'folder' ? t.foldersKind : kindNames[each.kind]}
              </th>
              <td className="text-muted py-1 text-end">{count(each.count)}</td>
              <td className="text-muted w-20 py-1 text-end">{bytes(each.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Undefined while some are requested, or if there are too many. */
function useChosenEntries({
  choice,
  listing,
  total,
}: Pick<Folder, 'choice' | 'listing' | 'total'>): readonly Entry[] | undefined {
  const { selection } = choice
  const isFew = countChosen(selection, total) <= MAX_SUMMED
  const loaded = isFew ? loadedEntries(selection, listing, total) : undefined
  const asked = useQuery({
    queryKey: ['chosen-entries', listing.input, selection, total],
    queryFn: () => chosenEntries(listing.input, selection, total),
    enabled: isFew && loaded === undefined,
    gcTime: 0,
  })
  return loaded ?? asked.data
}

/** Undefined if one of them is not loaded. */
function loadedEntries({ isInverted, spans }: Selection, listing: Folder['listing'], total: number) {
  // Of a larger folder, only a part is loaded.
  if (isInverted && total > MAX_SUMMED) return undefined
  const entries: Entry[] = []
  for (const { first, last } of isInverted ? [{ first: 0, last: total - 1 }] : spans)
    for (let row = first; row <= Math.min(last, total - 1); row++) {
      if (isInverted && !isChosen({ isInverted, spans }, row)) continue
      const entry = listing.entryAt(row)
      if (!entry) return undefined
      entries.push(entry)
    }
  return entries
}
