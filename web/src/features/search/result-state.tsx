import { ClientError, type OutputOf } from '@spacedrive/client'
import { LoaderCircle, SearchX, TriangleAlert } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import type { SearchSearch } from './search-search.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, EmptyState, ErrorNote, SafeText, Said } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { activeFilters, type FilterId, noFilters } from './search-input.ts'
import type { ChangeResults } from './use-change-results.ts'
import type { Results } from './use-results.ts'

interface StateProps {
  readonly results: Results
  readonly search: SearchSearch
  readonly change: ChangeResults
  readonly onSearch: (query: string) => void
}

/** What stands in place of results: why there are none, and what to do next. */
export function ResultState({ change, onSearch, results, search }: StateProps) {
  const t = useMessages(messages)
  const { answer, error, retry } = results
  const broken = [...brokenFilters(error, search)]
  if (error)
    return (
      <div className="flex flex-col items-start gap-2 p-4">
        <ErrorNote
          error={error}
          title={broken.length > 0 ? t.notReadable : t.failed}
          onRetry={broken.length > 0 ? undefined : retry}
        />
        {broken.map((id) => (
          <Button key={id} onClick={() => change({ [id]: undefined })}>
            {t.without(t.filters[id])}
          </Button>
        ))}
      </div>
    )
  const narrowing = activeFilters(search).filter((id) => id !== 'hidden' && id !== 'meaning')
  const suggestions = answer?.suggestions ?? []
  return (
    <EmptyState icon={SearchX} title={t.none}>
      {suggestions.length > 0 && (
        <p className="flex flex-wrap items-center justify-center gap-1.5">
          {t.didYouMean}
          {suggestions.map((query) => (
            <Button key={query} onClick={() => onSearch(query)} className="h-7">
              <bdi>{query}</bdi>
            </Button>
          ))}
        </p>
      )}
      <p className="mt-2">{narrowing.length > 0 ? t.noneFiltered : t.noneText}</p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        {narrowing.length > 0 && <Button onClick={() => change(noFilters)}>{t.allFilters}</Button>}
        {!search.hidden && <Button onClick={() => change({ hidden: true })}>{t.alsoHidden}</Button>}
      </div>
    </EmptyState>
  )
}

/** How parts of the query were read, where that differs from ordinary words. */
export function Special({ parts }: { parts: NonNullable<OutputOf<'search.files'>['special']> }) {
  const t = useMessages(messages)
  if (parts.length === 0) return null
  return (
    <p className="text-muted border-line border-b px-4 py-1 text-xs break-words">
      {parts.map(({ kind, text }, i) => (
        <Fragment key={`${kind} ${text}`}>
          {i > 0 && ' '}
          <code className="text-text font-mono">
            <SafeText text={text} />
          </code>{' '}
          {t.special[kind]}
        </Fragment>
      ))}
    </p>
  )
}

/** What keeps a search from finding all it could. */
export function Notices({ children, notices }: { notices: readonly string[]; children?: ReactNode }) {
  if (notices.length === 0) return null
  return (
    <div role="status" className="bg-panel border-line flex items-start gap-2 border-b px-4 py-1.5">
      <TriangleAlert size={16} strokeWidth={1.5} aria-hidden className="text-warn mt-0.5 shrink-0" />
      <div className="text-muted min-w-0 flex-1">
        {notices.map((notice) => (
          <p key={notice} className="break-words">
            <Said of={{ code: 'notAll', message: notice }} />
          </p>
        ))}
      </div>
      {children}
    </div>
  )
}

/** Says that the same search may find more files later. */
export function Unread({ unread }: { unread: OutputOf<'search.files'>['unread'] }) {
  const t = useMessages(messages)
  if (!unread || (unread.files === 0 && !unread.scanning)) return null
  return (
    <p role="status" className={REMARK}>
      <LoaderCircle size={16} strokeWidth={1.5} aria-hidden className="shrink-0" />
      {unread.files === 0 ? t.scanning : t.unread(unread.files)}
    </p>
  )
}

/** How many matches of weaker similarity are left out, and the way to see them. */
export function Weaker({ change, results: { answer, input } }: Pick<StateProps, 'results' | 'change'>) {
  const t = useMessages(messages)
  const { weaker = 0 } = answer ?? {}
  const isShown = input?.weak === true
  if (weaker === 0 && !isShown) return null
  return (
    <p className={REMARK}>
      <span role="status">{isShown ? t.weakShown : t.weaker(weaker)}</span>
      <Button
        kind="quiet"
        onClick={() => change({ weak: isShown ? undefined : true })}
        className="text-accent h-6 px-1"
      >
        {isShown ? t.hideWeak : t.showWeak(weaker)}
      </Button>
    </p>
  )
}

const REMARK = 'text-muted border-line flex flex-wrap items-center gap-x-1.5 border-b px-4 py-1 text-xs'

/** The filters an error is about: those whose values it quotes, or the one that cannot be had at all. */
export function brokenFilters(error: Error | null, search: SearchSearch): ReadonlySet<FilterId> {
  if (!(error instanceof ClientError)) return new Set()
  if (search.meaning && (error.code === 'Unavailable' || error.code === 'Offline')) return new Set(['meaning'])
  if (error.code !== 'InvalidInput' && error.code !== 'NotFound') return new Set()
  const quoted = (value: string) => error.message.includes(value)
  return new Set(
    activeFilters(search).filter((id) => {
      const value = search[id]
      if (typeof value === 'string') return quoted(value)
      return Array.isArray(value) && (value as readonly string[]).some(quoted)
    }),
  )
}
