import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { isBytes } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'

/** The page of results opens once somebody stops typing for this: what is typed while it opens would be lost. */
const PAUSE_MS = 250

/** What is typed here is searched for in this folder, on the page of results. */
export function SearchBox({ path }: { path: string }) {
  const t = useMessages(messages)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const isWide = useMediaQuery('(min-width: 900px)')

  useEffect(() => {
    if (text.trim() === '') return
    const place = isBytes(path) ? {} : { in: [path] }
    const timer = setTimeout(() => void navigate({ to: '/search', search: { q: text, ...place } }), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [navigate, path, text])
  return (
    <search className="relative flex w-64 min-w-24 shrink items-center max-wide:w-36">
      <Search size={16} strokeWidth={1.5} aria-hidden className="text-muted pointer-events-none absolute start-2.5" />
      <input
        type="text"
        role="searchbox"
        data-search-box
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={t.search}
        placeholder={isWide ? t.search : t.searchShort}
        className="rounded-control border-line-strong bg-raised placeholder:text-faint h-8 w-full min-w-0 border ps-8 pe-2 text-sm"
      />
    </search>
  )
}
