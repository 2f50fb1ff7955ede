import sharp from 'sharp'
import type { RawName } from '../../../util/file-name.ts'
import type { TextPage, TextSidecar } from '../../formats/text-sidecar.ts'
import type { ContentFacts } from '../generator.ts'
import { decode } from '../thumb/decoders/decode.ts'
import { MAX_PIXELS, sharpInput, toPicture } from '../thumb/decoders/picture.ts'
import type { OcrEngine } from './engines/engine.ts'
import { type GreyPage, straighten, toGrey } from './grey-page.ts'
import { LOOK_SIDE, mayHaveText } from './has-text.ts'
import { chooseLanguages } from './languages.ts'
import { pagesWithoutText } from './pdf-pages.ts'
import { readPage } from './read-page.ts'
import { skewOf } from './skew.ts'

/** The size in which pages are read: 140 dpi of an A4 page. More pixels cost time and find no more text. */
const READ_SIDE = 1_640
/**
 * Most files of these formats are photos without text. They can be decoded in a small size for the check, without
 * decoding all pixels; other formats cannot.
 */
const DECODED_SMALL: ReadonlySet<string | null> = new Set(['image/jpeg', 'image/webp'])
/** Limit of pages read in one file: a thousand scanned pages would delay other files by an hour. */
const MAX_PAGES = 200

interface ReadOptions {
  readonly budgetMs: number
  readonly maxPages?: number
  readonly languages?: readonly string[]
}

/**
 * Reads all text in the pictures of a content. Pages without text are left out. Begins no page after `budgetMs`, and
 * reads at most `maxPages` pages with text. The result then has the pages read so far, and is `truncated`.
 */
export async function readContent(
  source: RawName,
  content: ContentFacts,
  engine: OcrEngine,
  { budgetMs, languages: wanted = [], maxPages = MAX_PAGES }: ReadOptions,
): Promise<Omit<TextSidecar, 'version'>> {
  const choice = chooseLanguages(engine.languages, { wanted })
  const { name, version } = engine
  const begun = performance.now()
  const pages: TextPage[] = []
  const languages = new Set(choice.first)
  let truncated = false
  for await (const { number, page, skew } of pagesOf(source, content)) {
    truncated = performance.now() - begun > budgetMs || (page !== null && pages.length >= maxPages)
    if (truncated) break
    if (!page) continue
    const { text, words, confidence, languages: spoken } = await readPage(page, engine, { languages: choice, skew })
    // Keep the confidence of rejected text: it tells an unreadable page from one without text.
    if (text || confidence > 0) pages.push({ page: number, text, source: 'ocr', confidence, words })
    if (text) for (const each of spoken) languages.add(each)
  }
  const found = { engine: { name, version }, languages: [...languages], pages, ...confidenceOf(pages) }
  return truncated ? { ...found, truncated } : found
}

/** Pages with more words count for more. */
function confidenceOf(pages: readonly TextPage[]): { confidence?: number } {
  if (pages.length === 0) return {}
  const weightOf = ({ words }: TextPage) => 1 + (words?.length ?? 0)
  const weight = pages.reduce((sum, page) => sum + weightOf(page), 0)
  const sum = pages.reduce((each, page) => each + weightOf(page) * (page.confidence ?? 0), 0)
  return { confidence: Math.round((sum / weight) * 10_000) / 10_000 }
}

interface NumberedPage {
  readonly number: number
  /** Null if the page is not worth reading. */
  readonly page: GreyPage | null
  readonly skew: number
}

/** The pages whose text is in pictures only. */
async function* pagesOf(source: RawName, content: ContentFacts): AsyncGenerator<NumberedPage> {
  if (content.mime === 'application/pdf') {
    for await (const { number, page } of pagesWithoutText(source, READ_SIDE)) {
      const skew = await textSkew(page)
      yield skew === null ? { number, page: null, skew: 0 } : { number, page, skew }
    }
    return
  }
  const isSmall = DECODED_SMALL.has(content.mime)
  const count = content.mime === 'image/tiff' ? await tiffPages(source) : 1
  for (let number = 1; number <= count; number++) {
    const look = await pictureOf(source, content, isSmall ? LOOK_SIDE : READ_SIDE, number)
    const skew = await textSkew(look)
    if (skew === null) yield { number, page: null, skew: 0 }
    else yield { number, page: isSmall ? await pictureOf(source, content, READ_SIDE, number) : look, skew }
  }
}

/** The angle of the lines on a page, in degrees; null if the page has no text. */
async function textSkew(page: GreyPage): Promise<number | null> {
  const skew = await skewOf(page)
  if (skew !== 0 && (await mayHaveText(await straighten(page, skew)))) return skew
  return (await mayHaveText(page)) ? 0 : null
}

async function pictureOf(source: RawName, content: ContentFacts, side: number, number: number): Promise<GreyPage> {
  if (number === 1) return toGrey(await decode(source, content, side))
  const options = { page: number - 1, failOn: 'none', limitInputPixels: MAX_PIXELS } as const
  return toGrey(await toPicture(sharp(await sharpInput(source), options).rotate(), side))
}

/** Fax files and scans may have many pages. */
async function tiffPages(source: RawName): Promise<number> {
  const { pages } = await sharp(await sharpInput(source), { failOn: 'none' }).metadata()
  return pages ?? 1
}
