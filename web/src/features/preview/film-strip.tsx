import type { Entry } from '@spacedrive/core/domain'
import { useEffect, useRef } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, Thumbnail } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** The files around the one that is shown, by their distance from it. */
export interface Strip {
  /** Undefined where there is none, or it is not loaded. `offset` is -1 for the one before. */
  readonly entryAt: (offset: number) => Entry | undefined
  readonly onGo: (offset: number) => void
}

/** Pixels. */
const THUMB = 56
/** Neighbours on each side. */
const REACH = 8

interface FilmStripProps {
  readonly strip: Strip
  readonly entry: Entry
  readonly library: string | null
}

/** The neighbours of a file in small pictures; a press shows one, as the arrow keys do. */
export function FilmStrip({ entry, library, strip }: FilmStripProps) {
  const t = useMessages(messages)
  const current = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    current.current?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [entry])
  const offsets = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH)
  const shown = offsets.flatMap((offset) => {
    const found = offset === 0 ? entry : strip.entryAt(offset)
    return found ? [{ offset, found }] : []
  })
  return (
    <nav aria-label={t.filmStrip} className="border-line bg-canvas shrink-0 overflow-x-auto border-t px-2 py-1.5">
      <ul className="mx-auto flex w-max gap-1">
        {shown.map(({ found, offset }) => (
          <li key={found.path}>
            <button
              ref={offset === 0 ? current : undefined}
              type="button"
              // One stop for Tab: the arrow keys reach the others.
              tabIndex={offset === 0 ? 0 : -1}
              aria-current={offset === 0 ? 'true' : undefined}
              aria-label={found.name}
              onClick={() => offset !== 0 && strip.onGo(offset)}
              className={cn(
                'press bg-photo relative block overflow-hidden rounded-[4px] outline-offset-[-2px]',
                offset === 0 ? 'ring-accent ring-2' : 'opacity-75 hover:opacity-100',
              )}
              style={{ width: THUMB, height: THUMB }}
            >
              <Thumbnail entry={found} library={library} size={THUMB} isFilling isLater={offset !== 0} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}
