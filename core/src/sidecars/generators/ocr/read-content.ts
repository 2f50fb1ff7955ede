import sharp from 'sharp'
import type { RawName } from '../../../util/file-name.ts'
import type { TextPage, TextSidecar } from '../../formats/text-sidecar.ts'
import type { ContentFacts } from '../generator.ts'
import { ProcessorBudget } from '../processor-budget.ts'
import { decode } from '../thumb/decoders/decode.ts'
import { MAX_PIXELS, sharpInput, toPicture } from '../thumb/decoders/picture.ts'
import type { OcrEngine } from './engines/engine.ts'
import { evenOut } from './even-out.ts'
import { type GreyPage, shrink, toGrey } from './grey-page.ts'
import { LOOK_SIDE, mayHaveText } from './has-text.ts'
import { chooseLanguages, languageName } from './languages.ts'
import { pagesWithoutText } from './pdf-pages.ts'
import { readPage } from './read-page.ts'
import type { PageRead, ReadSoFar } from './read-so-far.ts'
import { skewOf } from './skew.ts'

/**
 * The longer side, in pixels, at which pages are read: 140 dpi for an A4 page. More pixels take more time and give no
 * more text.
 */
const READ_SIDE = 1_640
/**
 * Formats that can be decoded at a small size without decoding all pixels. Most files of these formats are photos
 * without text, so this makes the check for text cheap.
 */
const DECODED_SMALL: ReadonlySet<string | null> = new Set(['image/jpeg', 'image/webp'])
/** Limit on pages read in one file: a thousand scanned pages would delay other files by an hour. */
const MAX_PAGES = 200
/**
 * Numbers of pages with text after which the text so far is stored for the user, although more pages follow. The first
 * page is shown at once, later ones more and more seldom, because the file must be opened again each time.
 */
const SHOWN_AFTER = [1, 4, 16, 64]

interface ReadOptions {
  readonly budgetMs: number
  readonly maxPages?: number
  /** The codes of the only languages to read; if omitted, `chooseLanguages` chooses among those of the engine. */
  readonly languages?: readonly string[]
  /** The codes of languages that the user has added. */
  readonly added?: readonly string[]
  /** The store of the pages that were read. If omitted, the whole file is read at once. */
  readonly soFar?: ReadSoFar
}

/**
 * Reads all text in the pictures of a content. Pages without text are left out. Begins no page after `budgetMs` of processor
 * time, and reads at most `maxPages` pages with text. The result then has the pages read so far, and is `truncated`.
 *
 * With `soFar`, the work continues after the pages that are stored there. It stops when there is enough new text to
 * show: the result is then `unfinished`, and another call continues.
 */
export async function readContent(
  source: RawName,
  content: ContentFacts,
  engine: OcrEngine,
  { added = [], budgetMs, languages: wanted = [], maxPages = MAX_PAGES, soFar }: ReadOptions,
): Promise<Omit<TextSidecar, 'version'>> {
  const choice = chooseLanguages(engine.languages, { added, wanted })
  const { name, version } = engine
  const reads: PageRead[] = [...(soFar?.before ?? [])]
  const pages = reads.flatMap(({ page }) => page ?? [])
  const textsBefore = countTexts(pages)
  const budget = new ProcessorBudget(budgetMs - reads.reduce((sum, { tookMs }) => sum + tookMs, 0))
  let [truncated, unfinished] = [false, false]
  let last: PageRead | null = null
  let spentBefore = 0
  for await (const { number, draw } of pagesOf(source, content, (reads.at(-1)?.number ?? 0) + 1)) {
    // Another page follows: the pages read so far must not be lost with this process.
    if (last) await soFar?.add(last)
    const texts = countTexts(pages)
    unfinished = soFar !== undefined && SHOWN_AFTER.some((count) => textsBefore < count && count <= texts)
    if (unfinished) break
    // A page of a PDF without a text layer is most likely a scan, and most pictures are photos without text.
    if (content.mime === 'application/pdf') engine.prepare?.(choice.first)
    const drawn = await draw()
    truncated = budget.isSpent || (drawn !== null && pages.length >= maxPages)
    if (truncated) break
    last = { number, ...(await textOf(number, drawn)), tookMs: budget.spentMs - spentBefore }
    spentBefore = budget.spentMs
    reads.push(last)
    if (last.page) pages.push(last.page)
  }
  const languages = [...new Set([...choice.first, ...reads.flatMap((read) => read.languages)])]
  const found = { engine: { name, version }, languages, pages, ...confidenceOf(pages) }
  return { ...found, ...(truncated && { truncated }), ...(unfinished && { unfinished }) }

  async function textOf(number: number, drawn: DrawnPage | null) {
    if (!drawn) return { page: null, languages: [] }
    const { page, skew } = drawn
    const { text, words, confidence, languages: spoken } = await readPage(page, engine, { languages: choice, skew })
    // Keep the confidence of a page whose text was rejected: it distinguishes an unreadable page from one without
    // text.
    const isKept = text !== '' || confidence > 0
    const read: TextPage | null = isKept ? { page: number, text, source: 'ocr', confidence, words } : null
    return { page: read, languages: text ? spoken : [] }
  }
}

function countTexts(pages: readonly TextPage[]): number {
  return pages.filter(({ text }) => text !== '').length
}

/** If the confidence is lower, the page is in another script or its letters are not legible. */
const UNREAD = 0.6
/** Limit on the page numbers that a note lists. */
const MAX_NAMED = 5

/**
 * One line that names the pages which seem to be in a language that is not installed, and the remedy; null if there
 * are none. Such a page cannot be distinguished from one with illegible letters, so the line mentions both.
 */
export function whyUnread({ languages, pages }: Pick<TextSidecar, 'languages' | 'pages'>): string | null {
  const unread = pages.filter(({ confidence = 1 }) => confidence < UNREAD).map(({ page }) => page)
  if (unread.length === 0) return null
  const more = unread.length > MAX_NAMED ? ` and ${unread.length - MAX_NAMED} more` : ''
  const named = `${unread.length === 1 ? 'page' : 'pages'} ${unread.slice(0, MAX_NAMED).join(', ')}${more}`
  const known = languages.map((code) => languageName(code)).join(', ')
  return `${named} could not be read well: not in ${known}, or hard to make out. \`spacedrive engine add ocr <code>\` adds a language`
}

/** The mean confidence of the pages. Pages with more words have more weight. */
function confidenceOf(pages: readonly TextPage[]): { confidence?: number } {
  if (pages.length === 0) return {}
  const weightOf = ({ words }: TextPage) => 1 + (words?.length ?? 0)
  const weight = pages.reduce((sum, page) => sum + weightOf(page), 0)
  const sum = pages.reduce((each, page) => each + weightOf(page) * (page.confidence ?? 0), 0)
  return { confidence: Math.round((sum / weight) * 10_000) / 10_000 }
}

interface NumberedPage {
  readonly number: number
  /** Draws the page; null if it is not worth reading. A result that is shown before this page need not wait for it. */
  draw(): Promise<DrawnPage | null>
}

interface DrawnPage {
  readonly page: GreyPage
  /** The angle of its lines, in degrees. */
  readonly skew: number
}

/** The pages whose text is only in pictures, from page `first` on. */
async function* pagesOf(source: RawName, content: ContentFacts, first: number): AsyncGenerator<NumberedPage> {
  if (content.mime === 'application/pdf') {
    for await (const { number, draw } of pagesWithoutText(source, READ_SIDE, first)) {
      yield { number, draw: async () => withSkew(await draw()) }
    }
    return
  }
  const isSmall = DECODED_SMALL.has(content.mime)
  const count = content.mime === 'image/tiff' ? await tiffPages(source) : 1
  for (let number = first; number <= count; number++) {
    yield {
      number,
      draw: async () =>
        isSmall ? drawIfText(source, content, number) : withSkew(await pictureOf(source, content, READ_SIDE, number)),
    }
  }
}

/** Looks for text in a small version of the page first; null if there is none. */
async function drawIfText(source: RawName, content: ContentFacts, number: number): Promise<DrawnPage | null> {
  const seen = await pictureOf(source, content, LOOK_SIDE, number)
  const even = evenOut(seen)
  const skew = await textSkew(even ?? seen, seen)
  if (skew === null) return null
  const page = await pictureOf(source, content, READ_SIDE, number)
  return { page: (even && evenOut(page)) ?? page, skew }
}

/** A page as it was drawn, made even; null if it has no text. */
async function withSkew(drawn: GreyPage): Promise<DrawnPage | null> {
  const page = evenOut(drawn) ?? drawn
  const skew = await textSkew(page, drawn)
  return skew === null ? null : { page, skew }
}

/** The angle of the lines on a page, in degrees; null if the page has no text. `before`: the page before it was evened out. */
async function textSkew(page: GreyPage, before: GreyPage): Promise<number | null> {
  const whole = await shrink(page, LOOK_SIDE)
  const wholeBefore = before === page ? whole : await shrink(before, LOOK_SIDE)
  const skew = await skewOf(page)
  if (skew !== 0 && (await mayHaveText(whole, { angle: skew, before: wholeBefore }))) return skew
  return (await mayHaveText(whole, { before: wholeBefore })) ? 0 : null
}

async function pictureOf(source: RawName, content: ContentFacts, side: number, number: number): Promise<GreyPage> {
  if (number === 1) return toGrey(await decode(source, content, side))
  const options = { page: number - 1, failOn: 'none', limitInputPixels: MAX_PIXELS } as const
  return toGrey(await toPicture(sharp(await sharpInput(source), options).rotate(), side))
}

/** The number of pages. Fax files and scans may have many. */
async function tiffPages(source: RawName): Promise<number> {
  const { pages } = await sharp(await sharpInput(source), { failOn: 'none' }).metadata()
  return pages ?? 1
}
