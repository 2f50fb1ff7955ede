import type { SearchItem } from '@spacedrive/core/domain'
import { getRouteApi, useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { pathOf } from '../../api/index.ts'
import { useCommand } from '../../app/command-keys.tsx'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ContextMenu, Skeleton } from '../../ui/index.ts'
import { countChosen, everything, nothing } from '../browse/index.ts'
import { FilterBar } from './filter-bar.tsx'
import { messages } from './messages.ts'
import { ResultAside, ResultPreview } from './result-details.tsx'
import { ResultGrid } from './result-grid.tsx'
import { ResultList } from './result-list.tsx'
import { ResultMenu } from './result-menu.tsx'
import { brokenFilters, Notices, ResultState, Special, Unread, Weaker } from './result-state.tsx'
import { ResultTools } from './result-tools.tsx'
import { SearchCount } from './search-count.tsx'
import { SearchField } from './search-field.tsx'
import { activeFilters, searchInput } from './search-input.ts'
import { Start } from './start.tsx'
import { useChangeResults } from './use-change-results.ts'
import { useFound } from './use-found.ts'
import { useTypedQuery } from './use-typed-query.ts'

const route = getRouteApi('/search')

/** Finds files as somebody types, and says why each was found. */
export function SearchPage() {
  const t = useMessages(messages)
  const name = usePageName('/search')
  const search = route.useSearch()
  const change = useChangeResults()
  const navigate = useNavigate()
  const { history } = useRouter()
  const canGoBack = useCanGoBack()
  const box = useRef<HTMLInputElement>(null)
  const { settle, text, type } = useTypedQuery(search, change)
  const input = useMemo(() => searchInput({ ...search, q: text }), [search, text])
  const found = useFound(input, search.sel, change)
  const { choice, go, listing, results, select, total } = found
  const active = choice.active === null ? undefined : listing.entryAt(choice.active)

  const showInFolder = (item: SearchItem) => {
    settle()
    void navigate({ to: '/browse', search: { path: parentOf(item.path) ?? item.path, sel: pathOf(item) } })
  }
  const show = (item: SearchItem) => {
    settle()
    const row = results.rowOf(pathOf(item))
    if (row !== null) found.choose(row, 'only')
    change({ q: text === '' ? undefined : text, preview: true, sel: pathOf(item) })
  }
  const open = (item: SearchItem) => {
    if (item.kind !== 'directory') return show(item)
    settle()
    void navigate({ to: '/browse', search: { path: pathOf(item) } })
  }
  const searchFor = (query: string) => {
    type(query)
    box.current?.focus()
  }
  const isWaiting = input !== null && results.answer === null && results.error === null
  const isHeadingDown = useRef(false)
  const toResults = () => {
    if (input === null) return document.querySelector<HTMLElement>('[data-recent]')?.focus()
    // Those of what was typed, which may be on their way.
    isHeadingDown.current = results.isOld || isWaiting
    if (isHeadingDown.current) return
    if (total === 0) return
    box.current?.blur()
    go(choice.active ?? 0, 'only')
  }
  const goDown = useEffectEvent(toResults)
  useEffect(() => {
    if (isHeadingDown.current) goDown()
  }, [results])
  useCommand('open', () => active && open(active), active !== undefined)
  useCommand('preview', () => active && show(active), active !== undefined)
  useCommand('parent', () => active && showInFolder(active), active !== undefined)
  useCommand('select-all', () => select(everything), total > 0)
  useCommand('escape', () => {
    if (countChosen(choice.selection, total) > 0) select(nothing)
    else if (search.inspector) change({ inspector: undefined }, { replace: true })
    else if (canGoBack) history.back()
  })

  const View = search.view === 'grid' ? ResultGrid : ResultList
  return (
    <Page
      title={text.trim() === '' ? name : t.titleOf(text.trim())}
      toolbar={
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <h1 className="sr-only">{name}</h1>
          <div className="flex min-w-0 items-center gap-1">
            <SearchField
              text={text}
              input={box}
              isFocused={search.sel === undefined}
              onType={(next) => {
                isHeadingDown.current = false
                type(next)
              }}
              onSettle={() => {
                settle()
                toResults()
              }}
              onDown={toResults}
              onBackspace={() => {
                const last = activeFilters(search).at(-1)
                if (last) change({ [last]: undefined })
              }}
            />
            <ResultTools search={search} change={change} />
          </div>
          <div className="flex min-w-0 items-center gap-x-2 max-sm:flex-wrap">
            <FilterBar search={search} change={change} broken={brokenFilters(results.error, search)} />
            <SearchCount found={found} />
          </div>
        </div>
      }
      aside={search.inspector && active && <ResultAside found={found} item={active} change={change} />}
    >
      <Notices notices={(results.input && results.answer?.notices) ?? []} />
      <Special parts={(results.input && results.answer?.special) ?? []} />
      {results.input && <Unread unread={results.answer?.unread} />}
      {results.input && <Weaker results={results} change={change} />}
      {input === null ? (
        <Start change={change} onSearch={searchFor} />
      ) : isWaiting ? (
        <Skeleton className="m-4 h-10" />
      ) : results.error || total === 0 ? (
        <ResultState results={results} search={search} change={change} onSearch={searchFor} />
      ) : (
        <ContextMenu
          area={
            <div aria-busy={results.isOld} className="flex min-h-0 flex-1 flex-col">
              <View found={found} label={t.results} onOpen={open} onShow={show} />
            </div>
          }
        >
          {active && (
            <ResultMenu item={active} onOpen={open} onShow={show} onShowInFolder={showInFolder} change={change} />
          )}
        </ContextMenu>
      )}
      {search.preview && active && <ResultPreview found={found} item={active} change={change} />}
    </Page>
  )
}
