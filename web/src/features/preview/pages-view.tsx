import { ChevronLeft, ChevronRight, Copy } from 'lucide-react'
import { useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, IconButton, Said, Select, Skeleton, toast } from '../../ui/index.ts'
import { Facts } from './facts-view.tsx'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'
import type { PagedText } from './sidecar-texts.ts'
import { useDocumentText } from './use-sidecar-json.ts'

/** A document by the text that was taken out of it, one page, sheet, slide or chapter at a time. */
export function PagesView({ file, focus }: ViewProps) {
  const t = useMessages(messages)
  const { data: text, error, isLoading, refetch } = useDocumentText(file)
  const sidecar = file.sidecars.find(({ kind }) => kind === 'text')
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} className="m-auto" />
  if (isLoading || !file.info) return <Skeleton className="m-6 flex-1" />
  if (text && text.pages.some((page) => page.text.trim() !== '')) return <Pages text={text} first={focus?.page} />
  return (
    <Facts file={file}>
      {sidecar?.error ? (
        <p className="text-muted">
          {t.documentNone}: <Said of={sidecar.error} />
        </p>
      ) : (
        <p className="text-muted">{text ? t.noText : sidecar ? t.documentPending : t.noPreview}</p>
      )}
    </Facts>
  )
}

function Pages({ text: { isTruncated, isUnfinished, pages }, first }: { text: PagedText; first: number | undefined }) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      pages.findIndex(({ page }) => page === first),
    ),
  )
  const { page, text, title } = pages[index]!
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(t.copied)
  }
  const nameOf = (each: PagedText['pages'][number]) => each.title ?? `${t.page} ${count(each.page)}`
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <div className="border-line flex items-center gap-1 border-b px-4 py-1">
        {pages.length > 1 && (
          <>
            <IconButton
              icon={ChevronLeft}
              label={t.previous}
              disabled={index === 0}
              onClick={() => setIndex(index - 1)}
            />
            <Select
              aria-label={t.page}
              value={String(index)}
              choices={pages.map((each, i) => ({ value: String(i), label: nameOf(each) }))}
              onChange={(value) => setIndex(Number(value))}
              className="max-w-72 min-w-0"
            />
            <span className="text-muted px-1 tabular-nums">{t.pages(count(pages.at(-1)!.page))}</span>
            <IconButton
              icon={ChevronRight}
              label={t.next}
              disabled={index === pages.length - 1}
              onClick={() => setIndex(index + 1)}
            />
          </>
        )}
        <Button kind="quiet" icon={Copy} onClick={() => void copy()} className="ms-auto">
          {t.copyText}
        </Button>
      </div>
      <article key={page} tabIndex={0} className="min-h-0 flex-1 overflow-auto" aria-label={nameOf(pages[index]!)}>
        <div className="mx-auto max-w-2xl px-6 py-6">
          {title && <h3 className="mb-3 text-base font-semibold">{title}</h3>}
          <p className="text-base break-words whitespace-pre-wrap" dir="auto">
            {text}
          </p>
          {isTruncated && index === pages.length - 1 && <p className="text-muted mt-6">{t.textTruncated}</p>}
          {isUnfinished && index === pages.length - 1 && <p className="text-muted mt-6">{t.textUnfinished}</p>}
        </div>
      </article>
    </div>
  )
}
