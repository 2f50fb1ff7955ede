import { useVirtualizer } from '@tanstack/react-virtual'
import { BookOpen, CodeXml, Copy, FileQuestion, WrapText } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useMemo, useRef, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, EmptyState, ErrorNote, IconButton, Said, Skeleton, toast } from '../../ui/index.ts'
import { WaysOut } from './facts-view.tsx'
import type { Highlighted } from './highlight-messages.ts'
import { languageOf } from './language-of.ts'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'
import { readableKind } from './preview-kind.ts'
import { type TextRow, textRows } from './text-rows.ts'
import { type FileText, useFileText } from './use-file-text.ts'
import { useHighlight } from './use-highlight.ts'

const MarkdownView = lazy(async () => ({ default: (await import('./markdown-view.tsx')).MarkdownView }))
const SeparatedView = lazy(async () => ({ default: (await import('./separated-view.tsx')).SeparatedView }))

/**
 * Text and code as they are written, HTML too, so that nothing in it runs. Markdown is shown rendered and separated values
 * as a table, each with a way to the source.
 */
export function TextView({ file }: ViewProps) {
  const t = useMessages(messages)
  const content = useFileText(file.url!)
  const [isForced, setForced] = useState(false)
  if (content.error && content.text === null)
    return <ErrorNote error={content.error} onRetry={content.retry} className="m-auto" />
  if (content.text === null) return <Skeleton className="m-6 flex-1" />
  if (content.total === 0) return <p className="text-muted m-auto">{t.empty}</p>
  if (content.isBinary && !isForced)
    return (
      <EmptyState
        icon={FileQuestion}
        title={t.notText}
        action={
          <WaysOut file={file}>
            <Button onClick={() => setForced(true)}>{t.showAnyway}</Button>
          </WaysOut>
        }
      >
        {t.notTextWhy}
      </EmptyState>
    )
  return <ReadableOrSource file={file} content={content} text={content.text} />
}

interface ContentProps {
  readonly file: ViewProps['file']
  readonly content: FileText
  readonly text: string
}

function ReadableOrSource({ content, file, text }: ContentProps) {
  const t = useMessages(messages)
  const kind = readableKind(file.entry)
  const [isSource, setSource] = useState(false)
  if (kind === null) return <Lines content={content} text={text} entry={file.entry} />
  const toggle = (
    <Button kind="quiet" icon={isSource ? BookOpen : CodeXml} onClick={() => setSource(!isSource)}>
      {isSource ? t.showReadable[kind] : t.showSource}
    </Button>
  )
  if (isSource) return <Lines content={content} text={text} entry={file.entry} toggle={toggle} />
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <Suspense fallback={<Skeleton className="m-6 flex-1" />}>
        {kind === 'markdown' ? <MarkdownView file={file} text={text} /> : <SeparatedView file={file} text={text} />}
      </Suspense>
      <Footer content={content} text={text}>
        {toggle}
      </Footer>
    </div>
  )
}

interface FooterProps extends Pick<ContentProps, 'content' | 'text'> {
  readonly children?: ReactNode
}

/** How much of the file is loaded, and what can be done with it. */
function Footer({ children, content, text }: FooterProps) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(t.copied)
  }
  return (
    <footer className="border-line flex flex-wrap items-center gap-2 border-t px-3 py-1">
      {children}
      <IconButton icon={Copy} label={t.copyAll} onClick={() => void copy()} />
      <span className="text-muted flex-1 text-xs tabular-nums">
        {t.shownOf(bytes(content.loaded), bytes(content.total))}
      </span>
      {content.error && <Said of={content.error} className="text-bad" />}
      {content.more && (
        <Button onClick={content.more} disabled={content.isLoading}>
          {t.loadMore}
        </Button>
      )}
    </footer>
  )
}

const ROW_HEIGHT = 20
const ROWS_AHEAD = 20

interface LinesProps extends Pick<ContentProps, 'content' | 'text'> {
  readonly entry: ViewProps['file']['entry']
  /** The way to the readable view of the same file. */
  readonly toggle?: ReactNode
}

function Lines({ content, entry, text, toggle }: LinesProps) {
  const t = useMessages(messages)
  const [isWrapped, setWrapped] = useState(true)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => textRows(text), [text])
  const coloured = useHighlight(text, languageOf(entry))
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_AHEAD,
  })
  const digits = String((rows.at(-1)?.line ?? 0) + 1).length
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <div ref={scroller} tabIndex={0} role="region" aria-label={t.lines} className="min-h-0 flex-1 overflow-auto py-3">
        <div
          dir="ltr"
          className={cn('relative font-mono text-sm', !isWrapped && 'w-max min-w-full')}
          style={{ height: virtual.getTotalSize(), tabSize: 4 }}
        >
          {virtual.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              ref={virtual.measureElement}
              data-index={index}
              className={cn('flex', isWrapped ? 'absolute inset-x-0 top-0' : 'absolute start-0 top-0')}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row row={rows[index]!} coloured={coloured} digits={digits} isWrapped={isWrapped} />
            </div>
          ))}
        </div>
      </div>
      <Footer content={content} text={text}>
        {toggle}
        <IconButton icon={WrapText} label={t.wrap} isPressed={isWrapped} onClick={() => setWrapped(!isWrapped)} />
      </Footer>
    </div>
  )
}

interface RowProps {
  readonly row: TextRow
  readonly coloured: Highlighted | null
  readonly digits: number
  readonly isWrapped: boolean
}

function Row({ row: { from, line, text }, coloured, digits, isWrapped }: RowProps) {
  const parts = from === 0 ? coloured?.lines[line] : undefined
  // While more is loaded the colours are those of less text.
  const isSame = parts?.reduce((sum, [part]) => sum + part.length, 0) === text.length
  return (
    <>
      <span
        aria-hidden
        className="text-faint sticky start-0 shrink-0 pe-4 ps-3 text-end select-none"
        style={{ width: `calc(${digits}ch + 1.75rem)` }}
      >
        {from === 0 ? line + 1 : ''}
      </span>
      <code
        className={cn(
          'min-h-5 flex-1 pe-4 font-mono',
          isWrapped ? 'min-w-0 break-words whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre',
        )}
      >
        {parts && isSame
          ? parts.map(([part, colour], i) => (
              <span key={i} style={{ color: coloured!.colours[colour] }}>
                {part}
              </span>
            ))
          : text}
      </code>
    </>
  )
}
