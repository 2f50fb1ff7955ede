import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, Skeleton } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'
import { type DocumentBlock, type DocumentRun, useDocumentItems } from './use-document.ts'

const BLOCK_HEIGHT = 44
const BLOCKS_AHEAD = 10

interface BlocksViewProps {
  readonly file: ShownFile
  readonly total: number
  readonly isTruncated: boolean
}

/** The paragraphs, tables and pictures of a document; only those in view are in the page. */
export function BlocksView({ file, isTruncated, total }: BlocksViewProps) {
  const t = useMessages(messages)
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => BLOCK_HEIGHT,
    overscan: BLOCKS_AHEAD,
  })
  const shown = virtual.getVirtualItems()
  const blockAt = useDocumentItems(
    file,
    { first: shown[0]?.index ?? 0, last: shown.at(-1)?.index ?? 0 },
    ({ blocks }) => blocks,
  )
  if (total === 0) return <p className="text-muted m-auto">{t.noText}</p>
  return (
    <article
      ref={scroller}
      tabIndex={0}
      aria-label={file.entry.name}
      className="min-h-0 min-w-0 flex-1 overflow-auto px-6 py-6 select-text"
    >
      <div className="relative mx-auto max-w-2xl text-base" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => (
          <div
            key={index}
            ref={virtual.measureElement}
            data-index={index}
            className="absolute inset-x-0 top-0 pb-2.5"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Block block={blockAt(index)} />
          </div>
        ))}
      </div>
      {isTruncated && <p className="text-muted mx-auto max-w-2xl">{t.textTruncated}</p>}
    </article>
  )
}

const headingSizes = ['', 'text-lg', 'text-[1.1rem]', 'text-base', 'text-base', 'text-sm', 'text-sm'] as const

function Block({ block }: { block: DocumentBlock | undefined }) {
  if (!block) return <Skeleton className="h-5" />
  const { kind, level, marker, runs } = block
  switch (kind) {
    case 'heading': {
      // The name of the file is the heading above.
      const Heading = `h${Math.min(6, level + 2)}` as 'h3'
      return (
        <Heading dir="auto" className={cn('pt-3 font-semibold break-words', headingSizes[level])}>
          <Runs runs={runs} />
        </Heading>
      )
    }
    case 'paragraph':
      return (
        <p dir="auto" className="break-words whitespace-pre-wrap">
          <Runs runs={runs} />
        </p>
      )
    case 'item':
      return (
        <div className="flex gap-2" style={{ paddingInlineStart: `${level * 1.5}rem` }}>
          <span className="text-muted min-w-6 shrink-0 text-end tabular-nums">{marker}</span>
          <p dir="auto" className="min-w-0 flex-1 break-words whitespace-pre-wrap">
            <Runs runs={runs} />
          </p>
        </div>
      )
    case 'table':
      return <Table block={block} />
    case 'picture':
      return <Picture block={block} />
  }
}

function Table({ block: { rows } }: { block: DocumentBlock }) {
  return (
    <div className="overflow-x-auto">
      <table className="border-collapse">
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td
                  key={k}
                  dir="auto"
                  className="border-line-strong border px-2 py-1 align-top break-words whitespace-pre-wrap"
                >
                  <Runs runs={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Picture({ block: { picture, runs } }: { block: DocumentBlock }) {
  const t = useMessages(messages)
  const words = runs.map(({ text }) => text).join('')
  if (picture === null)
    return (
      <p className="text-muted border-line-strong rounded-control border border-dashed px-2 py-1">
        {t.pictureLeftOut(words)}
      </p>
    )
  return <img src={`data:${picture.mime};base64,${picture.base64}`} alt={words} className="max-w-full" />
}

function Runs({ runs }: { runs: readonly DocumentRun[] }) {
  return runs.map(({ bold, href, italic, struck, text, underlined }, i) => {
    const className = cn(
      bold && 'font-semibold',
      italic && 'italic',
      struck && 'line-through',
      underlined && 'underline',
    )
    if (href === undefined)
      return (
        <span key={i} className={className}>
          {text}
        </span>
      )
    return (
      <a
        key={i}
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        className={cn(className, 'text-accent underline')}
      >
        {text}
      </a>
    )
  })
}
