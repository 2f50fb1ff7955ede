import { type PDFDocumentProxy, type PDFPageProxy, RenderingCancelledException, TextLayer } from 'pdfjs-dist'
import { useEffect, useRef, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import type { Box, Word } from './sidecar-texts.ts'
import type { Size } from './view-box.ts'
import { Said } from '../../ui/index.ts'
import { WordLayer } from './word-layer.tsx'
// oxlint-disable-next-line import/no-unassigned-import
import './pdf-page.css'

/** A canvas of more pixels is refused by some browsers; what is larger is drawn coarser. */
const MAX_CANVAS_PIXELS = 16_777_216

interface PdfPageProps {
  readonly document: PDFDocumentProxy
  /** From 1. */
  readonly page: number
  /** Pixels of a point. */
  readonly scale: number
  /** Points; what it is taken for until it is known. */
  readonly size: Size
  readonly onSize: (page: number, size: Size) => void
  /** What was read from its picture. */
  readonly words: readonly Word[] | undefined
  /** What a search has found. */
  readonly box: Box | undefined
}

/** A page of a PDF: its picture, and its text over that. */
export function PdfPage({ box, document, onSize, page: number, scale, size, words }: PdfPageProps) {
  const t = useMessages(messages)
  const [page, setPage] = useState<PDFPageProxy | null>(null)
  const [error, setError] = useState<unknown>(null)
  const picture = useRef<HTMLDivElement>(null)
  const text = useRef<HTMLDivElement>(null)
  const onError = (err: unknown) => setError(err)
  useEffect(() => {
    let isGone = false
    const show = (found: PDFPageProxy) => {
      if (isGone) return
      const { height, width } = found.getViewport({ scale: 1 })
      onSize(number, { width, height })
      setPage(found)
    }
    void document.getPage(number).then(show, onError)
    return () => {
      isGone = true
    }
  }, [document, number, onSize])
  useEffect(() => (page && picture.current ? draw(page, scale, picture.current, onError) : undefined), [page, scale])
  useEffect(() => (page && text.current ? writeText(page, scale, text.current) : undefined), [page, scale])
  const place = { width: size.width * scale, height: size.height * scale }
  return (
    <div
      role="group"
      aria-label={t.pageNumber(String(number))}
      className="bg-white relative mx-auto shadow-[0_1px_3px_oklch(0_0_0/0.2)]"
      style={place}
    >
      <div ref={picture} className="absolute inset-0" />
      <div ref={text} className="absolute inset-0" />
      {words && words.length > 0 && <WordLayer words={words} page={place} />}
      {box && (
        <div
          aria-hidden
          className="outline-accent bg-accent/15 absolute rounded-[2px] outline-2 outline-offset-2"
          style={{
            left: `${box[0] * 100}%`,
            top: `${box[1] * 100}%`,
            width: `${box[2] * 100}%`,
            height: `${box[3] * 100}%`,
          }}
        />
      )}
      {error !== null && (
        <p role="alert" className="text-black absolute inset-x-0 top-0 p-4">
          <Said of={error} />
        </p>
      )}
    </div>
  )
}

/** Draws a page and puts it in place of what is there. Returns how to stop. */
function draw(page: PDFPageProxy, scale: number, into: HTMLElement, onError: (err: unknown) => void): () => void {
  const shown = page.getViewport({ scale })
  const ratio = Math.min(devicePixelRatio, Math.sqrt(MAX_CANVAS_PIXELS / (shown.width * shown.height)))
  const viewport = page.getViewport({ scale: scale * ratio })
  const canvas = document.createElement('canvas')
  canvas.width = Math.floor(viewport.width)
  canvas.height = Math.floor(viewport.height)
  canvas.className = 'size-full'
  canvas.setAttribute('aria-hidden', 'true')
  const task = page.render({ canvas, viewport })
  task.promise.then(
    () => into.replaceChildren(canvas),
    (err: unknown) => !(err instanceof RenderingCancelledException) && onError(err),
  )
  return () => task.cancel()
}

/** Puts the text of a page over it. Returns how to take it away. */
function writeText(page: PDFPageProxy, scale: number, into: HTMLElement): () => void {
  // Of its own: what is on its way when a layer is cancelled is still written into it.
  const container = document.createElement('div')
  container.className = 'pdf-text'
  container.style.setProperty('--total-scale-factor', String(scale))
  into.append(container)
  const viewport = page.getViewport({ scale })
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container, viewport })
  // A page whose text cannot be read is still seen.
  layer.render().catch(() => null)
  return () => {
    layer.cancel()
    container.remove()
  }
}
