import { PDFiumLibrary, type PDFiumDocument } from '@hyzyla/pdfium'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { RawName } from '../../../util/file-name.ts'
import type { Engine } from '../generator.ts'
import { packageVersion } from '../../../util/package-version.ts'
import { readWhole } from './read-whole.ts'
import { lendFonts, type PdfFonts } from './pdf-fonts.ts'
import { notesOf } from './pdf-notes.ts'
import { fitPage, scannedPage } from './scanned-page.ts'
import type { Script } from './system-fonts.ts'

/** Limit on the size of a file. It is in memory twice: as it was read, and in the engine's memory. */
const MAX_BYTES = 256 * 2 ** 20
/** Smallest valid side of a page, in points. */
const MIN_SIDE = 1

/** Pixels with eight bits per channel: red, green, blue, alpha. */
export interface PagePicture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 4
}

/** The pages of a PDF, numbered from 0. */
export interface PdfFile extends Disposable {
  readonly engine: Engine
  readonly pageCount: number
  /** The text in a page's text layer; empty if it has none. Throws `Corrupt` if the page cannot be read. */
  text(page: number): string
  /**
   * The values in the form fields of a page, and the texts of notes on it. Throws `Corrupt` if the page cannot be
   * read.
   */
  notes(page: number): string[]
  /** Width and height of a page in points (1/72 inch). */
  size(page: number): { width: number; height: number }
  /** Draws a page so that its longer side has `side` pixels. Throws `Corrupt` if the page cannot be read. */
  picture(page: number, side: number): Promise<PagePicture>
  /**
   * The JPEG of a page that consists of nothing else, or null; see `scannedPage`. Throws `Corrupt` if the page cannot
   * be read.
   */
  scan(page: number): Promise<Uint8Array | null>
  /** The scripts whose letters are not drawn, because neither the file nor the system has a font with them. */
  scriptsWithoutFont(): readonly Script[]
}

/** After a page that needed more memory than this, the engine is dropped, because it never releases memory. */
const MAX_KEPT_BYTES = 64 * 2 ** 20

/** The engine of the last file, if it can be used again: starting one takes longer than reading most files. */
let idle: LentLibrary | undefined

interface LentLibrary {
  readonly library: PDFiumLibrary
  readonly fonts: PdfFonts
}

async function startLibrary(): Promise<LentLibrary> {
  const library = await PDFiumLibrary.init()
  return { library, fonts: lendFonts(library) }
}

/** Starts the engine for the next PDF, unless there is one. */
export async function startPdfEngine(): Promise<void> {
  if (idle) return
  const started = await startLibrary()
  idle ??= started
}

/**
 * Opens a PDF. Each engine serves one file at a time, because a damaged file can break it. Throws `Unsupported` if the
 * file is protected by a password or too large, and `Corrupt` if it is damaged.
 */
export async function openPdf(source: RawName): Promise<PdfFile> {
  const bytes = await readWhole(source, MAX_BYTES)
  const lent = idle ?? (await startLibrary())
  const { fonts, library } = lent
  idle = undefined
  fonts.missing.clear()
  let document: PDFiumDocument
  try {
    document = await library.loadDocument(bytes)
  } catch (cause) {
    if (/password/i.test(errorMessage(cause)))
      throw new CoreError('Unsupported', 'it is locked with a password', { cause })
    throw new CoreError('Corrupt', `it cannot be read: ${errorMessage(cause)}`, { cause })
  }
  let isWell = true
  const fail = (err: unknown): never => {
    isWell = false
    throw err
  }
  const use = <Result>(page: number, how: (page: Page) => Result): Result => {
    try {
      return withPage(document, page, how)
    } catch (err) {
      return fail(err)
    }
  }
  const size = (page: number) => use(page, sizeOf)
  const pageCount = document.getPageCount()
  if (pageCount < 1) throw new CoreError('Corrupt', 'it has no pages')
  return {
    engine: { name: 'pdfium', version: packageVersion('@hyzyla/pdfium') },
    pageCount,
    text: (page) => use(page, (each) => each.getText()),
    notes: (page) => use(page, (each) => notesOf(each, document.initializeFormFields())),
    size,
    async picture(page, side) {
      const options = { ...fitPage(size(page), side), scale: 1, render: 'bitmap', renderFormFields: true } as const
      const drawn = await opened(document, page).render(options).catch(fail)
      return { data: drawn.data, width: drawn.width, height: drawn.height, channels: 4 }
    },
    scan: (page) => use(page, (each) => scannedPage(each, bytes)).catch(fail),
    scriptsWithoutFont: () => [...fonts.missing],
    [Symbol.dispose]() {
      document.destroy()
      if (isWell && library['module'].HEAPU8.length <= MAX_KEPT_BYTES) idle = lent
    },
  }
}

type Page = ReturnType<PDFiumDocument['getPage']>

function opened(document: PDFiumDocument, page: number): Page {
  const found = document.getPage(page)
  if (found['pageIdx'] === 0) throw new CoreError('Corrupt', `page ${page + 1} cannot be read`)
  return found
}

/**
 * Uses a page and then closes it. The package closes pages only after drawing them, and thousands of open pages fill
 * the memory.
 */
function withPage<Result>(document: PDFiumDocument, page: number, use: (page: Page) => Result): Result {
  const found = opened(document, page)
  try {
    return use(found)
  } finally {
    found['module']._FPDF_ClosePage(found['pageIdx'])
  }
}

function sizeOf(page: Page): { width: number; height: number } {
  const { originalWidth, originalHeight } = page.getOriginalSize()
  return { width: Math.max(MIN_SIDE, originalWidth), height: Math.max(MIN_SIDE, originalHeight) }
}
