import { Clock, Search } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { Button } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { useRecentSearches } from './recent-searches.ts'
import type { ChangeResults } from './use-change-results.ts'
import { focusSearchBox } from './use-found-keys.ts'

/** What stands below an empty box: what was searched for before, and what can be. */
export function Start({ change, onSearch }: { change: ChangeResults; onSearch: (query: string) => void }) {
  const t = useMessages(messages)
  const { forget, queries } = useRecentSearches()
  const ideas = [
    { label: t.ideas.pictures, filters: { type: ['image'], modified: 'this year', view: 'grid' as const } },
    { label: t.ideas.today, filters: { modified: 'today' } },
    { label: t.ideas.large, filters: { size: '>1GB', sort: 'size' as const } },
    { label: t.ideas.empty, filters: { size: 'empty' } },
  ]
  return (
    <div className="flex w-full max-w-2xl flex-col gap-5 overflow-y-auto p-5">
      <p className="text-muted">{t.explain}</p>
      {queries.length > 0 && (
        <section aria-labelledby="recent-searches">
          <div className="flex items-center justify-between">
            <h2 id="recent-searches" className="font-semibold">
              {t.recent}
            </h2>
            <Button kind="quiet" onClick={forget} className="h-7">
              {t.forget}
            </Button>
          </div>
          <ul>
            {queries.map((query) => (
              <li key={query}>
                <button
                  type="button"
                  data-recent
                  onKeyDown={onListKey}
                  onClick={() => onSearch(query)}
                  className="rounded-control hover:bg-hover flex h-8 w-full items-center gap-2 px-2 text-start"
                >
                  <Clock size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
                  <bdi className="truncate">{query}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="search-ideas">
        <h2 id="search-ideas" className="pb-1 font-semibold">
          {t.try}
        </h2>
        <ul>
          {ideas.map(({ filters, label }) => (
            <li key={label}>
              <button
                type="button"
                onClick={() => change(filters)}
                className="rounded-control hover:bg-hover flex h-8 w-full items-center gap-2 px-2 text-start"
              >
                <Search size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
                {label}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

/** Up and down go through the list, and up from the first back to the box. */
function onListKey(event: KeyboardEvent<HTMLButtonElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  event.preventDefault()
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('[data-recent]')]
  const at = buttons.indexOf(event.currentTarget)
  const next = at + (event.key === 'ArrowDown' ? 1 : -1)
  if (next < 0) focusSearchBox()
  else buttons[Math.min(next, buttons.length - 1)]?.focus()
}
