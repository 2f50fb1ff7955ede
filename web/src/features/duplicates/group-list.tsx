import type { InputOf } from '@spacedrive/client'
import { CopyCheck } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useLibraryId } from '../../api/index.ts'
import { usePageName } from '../../app/use-pages.ts'
import { useMessages } from '../../i18n/index.ts'
import { EmptyState, ErrorNote, Skeleton } from '../../ui/index.ts'
import { useVirtualRows } from '../browse/index.ts'
import { useComparisons } from './comparisons.ts'
import { GroupRow, notesOf } from './group-row.tsx'
import { messages } from './messages.ts'
import { groupHeight, indexAt, startsOf, UNIT } from './row-heights.ts'
import type { Group } from './use-compare.ts'
import { usePaged } from './use-paged.ts'

interface GroupListProps {
  readonly input: InputOf<'copies.list'>
  readonly onCompare: (contentId: Group['contentId']) => void
}

/** Units rendered above and below those that are seen. */
const OVERSCAN = 20
/** The next page is asked for so many groups before the end is seen. */
const AHEAD = 10

/** Contents of several files, those first that take the most room. */
export function GroupList({ input, onCompare }: GroupListProps) {
  const t = useMessages(messages)
  const title = usePageName('/duplicates')
  const library = useLibraryId()
  const { byContent } = useComparisons()
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = usePaged('copies.list', input)
  const groups = useMemo(() => data?.pages.flatMap((page) => page.groups) ?? [], [data])
  const starts = useMemo(
    () =>
      startsOf(
        groups.map(({ contentId, copies, files }) =>
          groupHeight({ files: files.length, copies, notes: notesOf(byContent.get(contentId)).length }),
        ),
      ),
    [byContent, groups],
  )
  const { attach, height, span, yOf } = useVirtualRows({ rows: starts.at(-1)!, rowHeight: UNIT })
  const first = indexAt(starts, span.first - OVERSCAN)
  const last = indexAt(starts, span.last + OVERSCAN)
  const isNearEnd = last >= groups.length - AHEAD
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, isNearEnd])

  if (error) return <ErrorNote error={error} title={t.failed} onRetry={() => void refetch()} className="m-4" />
  if (!data) return <Skeleton className="m-4 h-12" />
  if (groups.length === 0)
    return (
      <EmptyState icon={CopyCheck} title={t.none}>
        {t.noneText}
      </EmptyState>
    )
  return (
    // What scrolls can be scrolled by keys.
    <div ref={attach} tabIndex={0} role="region" aria-label={title} className="min-h-0 flex-1 overflow-y-auto">
      <ul className="relative mx-auto max-w-5xl" style={{ height }}>
        {groups.slice(first, last + 1).map((group, i) => {
          const index = first + i
          return (
            <li
              key={group.contentId}
              aria-posinset={index + 1}
              aria-setsize={data.pages[0]!.totalGroups}
              className="border-line absolute inset-x-4 border-b"
              style={{
                height: (starts[index + 1]! - starts[index]!) * UNIT,
                transform: `translateY(${yOf(starts[index]!)}px)`,
              }}
            >
              <GroupRow group={group} library={library} onCompare={onCompare} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
