import type { TextPage, TextWord } from '../../formats/text-sidecar.ts'
import type { FoundWord, OcrEngine } from './engines/engine.ts'
import { crop, enlarge, type GreyPage, straighten, toPgm, turn, type Turn } from './grey-page.ts'
import type { LanguageChoice } from './languages.ts'
import { cutIntoStrips } from './strips.ts'

/** Limit on the processor time for a strip of a page, in milliseconds; it usually takes a second or two. */
const STRIP_DEADLINE_MS = 60_000
/** Number of strips of a page that are read in parallel. More strips gain little, because each has a start-up cost. */
export const STRIPS = 2
/** Smaller pages are enlarged to twice their size, because the letters of screenshots are too small for the engine. */
const SMALL_SIDE = 1_000
/** If the confidence is lower, the page may be rotated or in another language, so other ways are tried. */
const SURE = 0.75
/** Side in pixels of the sample with which other ways are tried: enough for some lines. */
const SAMPLE_SIDE = 700
/** Another way is used only if it is better than the first by this factor. */
const CLEARLY = 1.3
/** Words with less confidence do not count when two readings of a page are compared. */
const DOUBT = 0.5
/** If the confidence is lower, the text of a page is rejected, except for its surest words. */
const BELIEVED = 0.6
/**
 * Words with at least this confidence and length are kept on such a page. The length is needed because letters of an
 * unknown script may look like short English words.
 */
const BELIEVED_WORD = 0.85
const SHORTEST_BELIEVED = 3
/** Limit on languages tried one by one on a page that is in none of the first ones. */
const MAX_TRIED = 8

export interface ReadPage extends Pick<TextPage, 'text'> {
  readonly words: readonly TextWord[]
  /** The confidence of all words found, including rejected ones; 0 to 1. */
  readonly confidence: number
  readonly languages: readonly string[]
}

export interface ReadPageOptions {
  readonly languages: LanguageChoice
  /** The angle by which the page's lines rise to the right, in degrees; see `skewOf`. */
  readonly skew: number
}

/** Reads a page in any orientation. If all words are rejected, the text is empty. */
export async function readPage(
  page: GreyPage,
  engine: OcrEngine,
  { languages, skew }: ReadPageOptions,
): Promise<ReadPage> {
  if (skew === 0) return readLevel(page, engine, languages)
  const straight = await straighten(page, skew)
  const read = await readLevel(straight, engine, languages)
  const words = read.words.map((word) => ({ ...word, box: askew(word.box, { page, straight, skew }) }))
  if (read.confidence >= SURE) return { ...read, words }
  // The measured angle may be that of something other than text.
  const asIs = await readLevel(page, engine, languages)
  return asIs.confidence > read.confidence ? asIs : { ...read, words }
}

async function readLevel(page: GreyPage, engine: OcrEngine, { first, others }: LanguageChoice): Promise<ReadPage> {
  const ways = { turn: 0 as Turn, languages: first }
  const upright = await readWay(page, engine, ways)
  if (upright.confidence >= SURE) return upright
  const better = await findBetterWay(page, engine, { first, others })
  const found = better ? await readWay(page, engine, better) : upright
  return found.confidence >= BELIEVED ? found : onlyBelieved(found)
}

interface Way {
  readonly turn: Turn
  readonly languages: readonly string[]
}

async function readWay(page: GreyPage, engine: OcrEngine, { turn: degrees, languages }: Way): Promise<ReadPage> {
  const { words, width, height } = await recognise(await turn(page, degrees), engine, languages)
  const boxed = words.map(({ text, left, top, width: wide, height: high, confidence }) => ({
    text,
    box: turnBack([left / width, top / height, wide / width, high / height], degrees),
    confidence: round(confidence),
  }))
  return { text: joinWords(words), words: boxed, confidence: round(meanConfidence(words)), languages }
}

async function recognise(page: GreyPage, engine: OcrEngine, languages: readonly string[]) {
  const read = Math.max(page.width, page.height) < SMALL_SIDE ? await enlarge(page, 2) : page
  const strips = await Promise.all(
    cutIntoStrips(read, STRIPS).map(async (rows) => {
      const words = await engine.recognise(toPgm(read, rows), { languages, deadlineMs: STRIP_DEADLINE_MS })
      return words.map((word) => ({ ...word, top: word.top + rows.top }))
    }),
  )
  return { words: joinStrips(strips), width: read.width, height: read.height }
}

/** Joins the words of strips and renumbers their lines and paragraphs. A paragraph that was cut becomes one again. */
function joinStrips(strips: readonly (readonly FoundWord[])[]): FoundWord[] {
  const joined: FoundWord[] = []
  for (const words of strips) {
    const last = joined.at(-1)
    const isCut = last && words[0] && words[0].top - (last.top + last.height) < last.height
    const [line, paragraph] = last ? [last.line, last.paragraph - (isCut ? 1 : 0)] : [0, 0]
    joined.push(...words.map((word) => ({ ...word, line: word.line + line, paragraph: word.paragraph + paragraph })))
  }
  return joined
}

/**
 * Tries a sample of the page in other orientations and languages. Null if none of them is clearly better than the
 * first way.
 */
async function findBetterWay(
  page: GreyPage,
  engine: OcrEngine,
  { first, others }: LanguageChoice,
): Promise<Way | null> {
  const sample = await crop(page, SAMPLE_SIDE)
  const evidenceOf = async ({ turn: degrees, languages }: Way) =>
    evidence((await recognise(await turn(sample, degrees), engine, languages)).words)
  let best: Way = { turn: 0, languages: first }
  let most = (await evidenceOf(best)) * CLEARLY
  const ways: Way[] = [
    ...([180, 90, 270] as const).map((degrees) => ({ turn: degrees, languages: first })),
    ...others.slice(0, MAX_TRIED).map((language) => ({ turn: 0 as const, languages: [language] })),
  ]
  for (const way of ways) {
    const found = await evidenceOf(way)
    if (found <= most) continue
    most = found
    best = way
  }
  return best.turn === 0 && best.languages === first ? null : best
}

/** The amount of credible text, in letters weighted by confidence. */
function evidence(words: readonly FoundWord[]): number {
  return words.reduce((sum, { text, confidence }) => sum + text.length * Math.max(0, confidence - DOUBT), 0)
}

/** The mean confidence of words. Longer words have more weight. */
function meanConfidence(words: readonly FoundWord[]): number {
  const letters = words.reduce((sum, { text }) => sum + text.length, 0)
  if (letters === 0) return 0
  return words.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0) / letters
}

function onlyBelieved(page: ReadPage): ReadPage {
  const words = page.words.filter(
    ({ text, confidence }) =>
      confidence >= BELIEVED_WORD && (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= SHORTEST_BELIEVED,
  )
  return { ...page, words, text: words.map(({ text }) => text).join(' ') }
}

function joinWords(words: readonly FoundWord[]): string {
  let text = ''
  let before: FoundWord | undefined
  for (const word of words) {
    if (before) text += word.paragraph !== before.paragraph ? '\n\n' : word.line !== before.line ? '\n' : ' '
    text += word.text
    before = word
  }
  return text
}

type Box = TextWord['box']

/** The position of a box on the page before it was rotated. */
function turnBack([x, y, width, height]: Box, degrees: Turn): Box {
  switch (degrees) {
    case 0:
      return box(x, y, width, height)
    case 90:
      return box(y, 1 - x - width, height, width)
    case 180:
      return box(1 - x - width, 1 - y - height, width, height)
    case 270:
      return box(1 - y - height, x, height, width)
  }
}

interface Straightened {
  readonly page: GreyPage
  readonly straight: GreyPage
  readonly skew: number
}

/**
 * The smallest box on the original page that contains a box of the straightened page. Both pages have the same centre.
 */
function askew([x, y, width, height]: Box, { page, skew, straight }: Straightened): Box {
  const radians = (skew * Math.PI) / 180
  const corners = [
    [x, y],
    [x + width, y],
    [x, y + height],
    [x + width, y + height],
  ].map(([right, down]) => {
    const [across, along] = [(right! - 0.5) * straight.width, (down! - 0.5) * straight.height]
    return [
      (across * Math.cos(radians) + along * Math.sin(radians)) / page.width + 0.5,
      (along * Math.cos(radians) - across * Math.sin(radians)) / page.height + 0.5,
    ] as const
  })
  const [xs, ys] = [corners.map(([each]) => each), corners.map(([, each]) => each)]
  const [left, top] = [Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys))]
  return box(left, top, Math.min(1, Math.max(...xs)) - left, Math.min(1, Math.max(...ys)) - top)
}

function box(...parts: Box): Box {
  const [x, y, width, height] = parts.map(round)
  return [x!, y!, width!, height!]
}

/** Rounds to four digits: a tenth of a pixel of the largest page. */
function round(part: number): number {
  return Math.min(1, Math.max(0, Math.round(part * 10_000) / 10_000))
}
