import { useVirtualizer } from '@tanstack/react-virtual'
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { Maximize, TextQuote, ZoomIn, ZoomOut } from 'lucide-react'
import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, Field, IconButton, Input, Skeleton, useElementSize } from '../../ui/index.ts'
import { WaysOut } from './facts-view.tsx'
import { messages } from './messages.ts'
import { PdfPage } from './pdf-page.tsx'
import type { ViewProps } from './preview-body.tsx'
import type { PagedText } from './sidecar-texts.ts'
import { SidePanel } from './side-panel.tsx'
import { PagedTextPanel } from './text-panel.tsx'
import { type Pdf, usePdf } from './use-pdf.ts'
import { useDocumentText, useTextInPicture } from './use-sidecar-json.ts'
import { ZOOM_STEP } from './use-zoom.ts'
import type { Size } from './view-box.ts'
import { useViewerKeys } from './viewer-keys.ts'

/** A PDF page under page, with its text to select; what was read from pages that are pictures lies over them. */
export function PdfView({ file, focus, panel }: ViewProps) {
  const t = useMessages(messages)
  const pdf = usePdf(file.url!)
  const layer = useDocumentText(file).data
  const scanned = useTextInPicture(file).data
  const [hasPanel, setPanel] = useState(panel === 'text')
  if (pdf.name === 'loading') return <Skeleton className="m-6 flex-1" />
  if (pdf.name === 'locked') return <Unlock {...pdf} />
  if (pdf.name === 'failed')
    return (
      <div className="m-auto flex flex-col items-center gap-3 p-6">
        <ErrorNote error={pdf.error} title={t.pdfBroken} />
        <WaysOut file={file} />
      </div>
    )
  const text = merged(layer, scanned)
  return (
    <>
      <Pages
        document={pdf.document}
        focus={focus}
        scanned={scanned}
        panelButton={
          text && (
            <IconButton icon={TextQuote} label={t.textPanel} isPressed={hasPanel} onClick={() => setPanel(!hasPanel)} />
          )
        }
      />
      {hasPanel && text && (
        <SidePanel title={t.textPanel} onClose={() => setPanel(false)}>
          <PagedTextPanel text={text} />
        </SidePanel>
      )}
    </>
  )
}

/** The text of each page by its layer, or where it has none by its picture. */
function merged(layer: PagedText | null | undefined, scanned: PagedText | null | undefined): PagedText | null {
  if (!layer || !scanned) return layer ?? scanned ?? null
  const written = layer.pages.filter(({ text }) => text.trim() !== '')
  const known = new Set(written.map(({ page }) => page))
  const pages = [...written, ...scanned.pages.filter(({ page }) => !known.has(page))]
  return {
    pages: pages.toSorted((a, b) => a.page - b.page),
    isTruncated: layer.isTruncated || scanned.isTruncated,
    isUnfinished: layer.isUnfinished || scanned.isUnfinished,
  }
}

/** Asks for the password of a document. */
function Unlock({ unlock, wasWrong }: Extract<Pdf, { name: 'locked' }>) {
  const t = useMessages(messages)
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    unlock(password)
  }
  return (
    <form onSubmit={submit} className="m-auto flex w-80 max-w-full flex-col gap-3 p-6">
      <h3 className="text-base font-semibold">{t.pdfLocked}</h3>
      <Field label={t.password} hint={wasWrong ? t.passwordWrong : undefined}>
        {(ids) => (
          <Input
            {...ids}
            type="password"
            autoComplete="off"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" className="self-start">
        {t.unlock}
      </Button>
    </form>
  )
}

/** Pixels between pages and around them. */
const GAP = 16
/** Points of a page before its size is known: A4. */
const USUAL_PAGE: Size = { width: 595, height: 842 }
const MIN_SCALE = 0.25
const MAX_SCALE = 6
/** A page is not made larger than this to fill a wide window. */
const MAX_FIT = 1.6
const PAGES_AHEAD = 1

interface PagesProps {
  readonly document: PDFDocumentProxy
  readonly focus: ViewProps['focus']
  readonly scanned: PagedText | null | undefined
  readonly panelButton: ReactNode
}

function Pages({ document, focus, panelButton, scanned }: PagesProps) {
  const t = useMessages(messages)
  const { percent } = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const [measure, room] = useElementSize()
  const [zoom, setZoom] = useState<number | null>(null)
  const [sizes, setSizes] = useState<ReadonlyMap<number, Size>>(new Map())
  const usual = sizes.get(1) ?? sizes.values().next().value ?? USUAL_PAGE
  const fit = room ? Math.min(MAX_FIT, Math.max(MIN_SCALE, (room.width - 2 * GAP) / usual.width)) : 1
  const scale = zoom ?? fit
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const rows = useVirtualizer({
    count: document.numPages,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (sizes.get(index + 1) ?? usual).height * scale + GAP,
    overscan: PAGES_AHEAD,
    paddingStart: GAP,
  })
  useEffect(() => rows.measure(), [rows, scale, sizes])
  const toPage = (page: number) => rows.scrollToIndex(page - 1, { align: 'start' })
  const isPlaced = useRef(false)
  useEffect(() => {
    if (isPlaced.current || !room || sizes.size === 0) return
    isPlaced.current = true
    if (focus?.page) toPage(focus.page)
  })
  const ref = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element
      return measure(element)
    },
    [measure],
  )
  const onSize = useCallback(
    (page: number, size: Size) => setSizes((all) => (all.has(page) ? all : new Map([...all, [page, size]]))),
    [],
  )
  const by = (factor: number) => setZoom(Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale * factor)))
  useViewerKeys((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.target instanceof HTMLInputElement) return false
    if (event.key === '+' || event.key === '=') by(ZOOM_STEP)
    else if (event.key === '-') by(1 / ZOOM_STEP)
    else if (event.key === '0') setZoom(null)
    else return false
    return true
  })
  const items = rows.getVirtualItems()
  const middle = (rows.scrollOffset ?? 0) + (room?.height ?? 0) / 3
  const current = (items.findLast(({ start }) => start <= middle)?.index ?? 0) + 1
  const widest = Math.max(usual.width, ...items.map(({ index }) => sizes.get(index + 1)?.width ?? 0)) * scale
  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      <div
        ref={ref}
        tabIndex={0}
        role="region"
        aria-label={t.documentPages}
        className="bg-photo min-h-0 flex-1 overflow-auto"
      >
        <div className="relative mx-auto" style={{ height: rows.getTotalSize(), width: widest }} dir="ltr">
          {items.map(({ index, start }) => (
            <div key={index} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}>
              <PdfPage
                document={document}
                page={index + 1}
                scale={scale}
                size={sizes.get(index + 1) ?? usual}
                onSize={onSize}
                words={scanned?.pages.find(({ page }) => page === index + 1)?.words}
                box={focus?.page === index + 1 ? focus.box : undefined}
              />
            </div>
          ))}
        </div>
      </div>
      <div className="border-line flex items-center justify-center gap-1 border-t px-2 py-1">
        <PageNumber page={current} count={document.numPages} onPage={toPage} />
        <IconButton icon={ZoomOut} label={t.zoomOut} keys="-" onClick={() => by(1 / ZOOM_STEP)} />
        <span className="text-muted w-14 text-center text-xs tabular-nums">{percent(scale)}</span>
        <IconButton icon={ZoomIn} label={t.zoomIn} keys="+" onClick={() => by(ZOOM_STEP)} />
        <IconButton icon={Maximize} label={t.zoomFit} keys="0" onClick={() => setZoom(null)} />
        {panelButton}
      </div>
    </div>
  )
}

interface PageNumberProps {
  readonly page: number
  readonly count: number
  readonly onPage: (page: number) => void
}

function PageNumber({ count: pages, onPage, page }: PageNumberProps) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const [typed, setTyped] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = Number.parseInt(typed ?? '', 10)
    setTyped(null)
    if (wanted >= 1) onPage(Math.min(wanted, pages))
  }
  return (
    <form onSubmit={submit} className="me-2 flex items-center gap-1.5">
      <span className="w-14">
        <Input
          aria-label={t.page}
          inputMode="numeric"
          value={typed ?? String(page)}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => setTyped(null)}
          className="text-center tabular-nums"
        />
      </span>
      <span className="text-muted text-xs whitespace-nowrap tabular-nums">{t.pages(count(pages))}</span>
    </form>
  )
}
