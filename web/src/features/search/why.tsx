import type { SearchItem } from '@spacedrive/core/domain'
import { Play } from 'lucide-react'
import { useKindNames } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeText } from '../../ui/index.ts'
import { leadIn } from './lead-in.ts'
import { messages } from './messages.ts'
import { PageStrip } from './page-strip.tsx'
import { bestPassage, type Passage } from './reasons.ts'

interface WhyProps {
  readonly item: SearchItem
  readonly library: string | null
  /** Lines of text there is room for. */
  readonly lines: 1 | 2
  /** Shows the file where it says so. */
  readonly onShow: (item: SearchItem) => void
}

/** Letters before the first match, by lines of text. */
const LEAD = { 1: 12, 2: 24 } as const
const STRIP = { width: 132, height: 40 }

/** Where a file says what was searched for: the piece of text, the page, the place in the picture, the time. */
export function Why({ item, library, lines, onShow }: WhyProps) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.says)
  const passage = bestPassage(item)
  if (!passage) return null
  const { box, kind, ranges, snippet } = passage
  const shown = leadIn(snippet, ranges, LEAD[lines])
  const isOnFirstPage = passage.page === null || passage.page === 1
  return (
    <div className="flex min-w-0 items-center gap-2">
      {box && isOnFirstPage && lines === 2 && <PageStrip item={item} box={box} library={library} size={STRIP} />}
      <p className={cn('text-muted min-w-0 flex-1 text-xs', lines === 2 ? 'line-clamp-2' : 'truncate')}>
        <Place item={item} passage={passage} onShow={onShow} />
        {snippet === '' || kind === 'name' ? (
          kindName(kind)
        ) : (
          <bdi>
            {shown.offset > 0 && '…'}
            <SafeText text={shown.text} marks={ranges} offset={shown.offset} />
          </bdi>
        )}
      </p>
    </div>
  )
}

/** Which page, which minute, or how near. */
function Place({ item, onShow, passage }: Pick<WhyProps, 'item' | 'onShow'> & { passage: Passage }) {
  const t = useMessages(messages)
  const { clock, percent } = useFormat()
  const { field, page, timeMs } = passage
  return (
    <>
      {field === 'semantic' && (
        <span className="text-faint me-1.5 tabular-nums" title={t.nearness}>
          {t.near(percent(Math.max(0, passage.similarity)))}
        </span>
      )}
      {page !== null && <span className="text-text me-1.5 font-medium tabular-nums">{t.page(page)}</span>}
      {timeMs !== undefined && (
        <button
          type="button"
          tabIndex={-1}
          data-play
          aria-label={t.playFrom(clock(timeMs))}
          onClick={(event) => {
            event.stopPropagation()
            onShow(item)
          }}
          className="press rounded-control text-accent hover:bg-hover me-1 inline-flex h-6 items-center gap-1 px-1 align-middle font-medium tabular-nums"
        >
          <Play size={11} strokeWidth={2} aria-hidden className="fill-current" />
          {clock(timeMs)}
        </button>
      )}
    </>
  )
}
