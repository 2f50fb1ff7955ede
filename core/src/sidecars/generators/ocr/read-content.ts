import sharp from 'sharp'
import type { RawName } from '../../../util/file-name.ts'
import type { TextPage, TextSidecar } from '../../text-sidecar.ts'
import type { ContentFacts } from '../generator.ts'
import { decode } from '../thumb/decoders/decode.ts'
import { MAX_PIXELS, sharpInput, toPicture } from '../thumb/decoders/picture.ts'
import type { OcrEngine } from './engines/engine.ts'
import { type GreyPage, toGrey } from './grey-page.ts'
import { LOOK_SIDE, mayHaveText } from './has-text.ts'
import { chooseLanguages } from './languages.ts'
import { pagesWithoutText } from './pdf-pages.ts'
import { readPage } from './read-page.ts'

/** Pages are read no larger than this: 140 dots per inch of an A4 page. More costs time and finds no more. */
const READ_SIDE = 1_640
/** Most of these are photos without text; looked at small they are not even decoded whole. Others are, at any size. */
const DECODED_SMALL: ReadonlySet<string | null> = new Set(['image/jpeg', 'image/webp'])
/** Pages of one file that are read; a thousand scanned pages would keep others waiting for an hour. */
const MAX_PAGES = 200

/** All text in the pictures of a content. Pages without any are left out; there may be none at all. */
export async function readContent(
  source: RawName,
  content: ContentFacts,
  engine: OcrEngine,
  { budgetMs, languages: wanted = [] }: { budgetMs: number; languages?: readonly string[] },
): Promise<Omit<TextSidecar, 'version'>> {
  const choice = chooseLanguages(engine.languages, { wanted })
  const { name, version } = engine
  const begun = performance.now()
  const pages: TextPage[] = []
  const languages = new Set(choice.first)
  for await (const { number, page } of pagesOf(source, content)) {
    if (pages.length >= MAX_PAGES || performance.now() - begun > budgetMs) break
    const { text, words, confidence, languages: spoken } = await readPage(page, engine, choice)
    // The confidence of what was not believed stays: it tells an unreadable page from one without text.
    if (text || confidence > 0) pages.push({ page: number, text, source: 'ocr', confidence, words })
    if (text) for (const each of spoken) languages.add(each)
  }
  return { engine: { name, version }, languages: [...languages], pages, ...confidenceOf(pages) }
}

/** Long pages count for more. */
function confidenceOf(pages: readonly TextPage[]): { confidence?: number } {
  if (pages.length === 0) return {}
  const weightOf = ({ words }: TextPage) => 1 + (words?.length ?? 0)
  const weight = pages.reduce((sum, page) => sum + weightOf(page), 0)
  const sum = pages.reduce((each, page) => each + weightOf(page) * (page.confidence ?? 0), 0)
  return { confidence: Math.round((sum / weight) * 10_000) / 10_000 }
}

interface NumberedPage {
  readonly number: number
  readonly page: GreyPage
}

/** The pages worth reading. */
async function* pagesOf(source: RawName, content: ContentFacts): AsyncGenerator<NumberedPage> {
  if (content.mime === 'application/pdf') {
    for await (const each of pagesWithoutText(source, READ_SIDE)) if (await mayHaveText(each.page)) yield each
    return
  }
  const count = content.mime === 'image/tiff' ? await tiffPages(source) : 1
  for (let number = 1; number <= count; number++) {
    const page = (side: number) => pictureOf(source, content, side, number)
    if (!DECODED_SMALL.has(content.mime)) {
      const whole = await page(READ_SIDE)
      if (await mayHaveText(whole)) yield { number, page: whole }
    } else if (await mayHaveText(await page(LOOK_SIDE))) yield { number, page: await page(READ_SIDE) }
  }
}

async function pictureOf(source: RawName, content: ContentFacts, side: number, number: number): Promise<GreyPage> {
  if (number === 1) return toGrey(await decode(source, content, side))
  const options = { page: number - 1, failOn: 'none', limitInputPixels: MAX_PIXELS } as const
  return toGrey(await toPicture(sharp(await sharpInput(source), options).rotate(), side))
}

/** Faxes and scanners keep many pages in one file. */
async function tiffPages(source: RawName): Promise<number> {
  const { pages } = await sharp(await sharpInput(source), { failOn: 'none' }).metadata()
  return pages ?? 1
}
