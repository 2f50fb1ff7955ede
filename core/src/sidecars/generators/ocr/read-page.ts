import type { TextPage, TextWord } from '../../text-sidecar.ts'
import type { FoundWord, OcrEngine } from './engines/engine.ts'
import { crop, enlarge, type GreyPage, toPgm, turn, type Turn } from './grey-page.ts'
import type { LanguageChoice } from './languages.ts'
import { cutIntoStrips } from './strips.ts'

/** One strip of a page takes a second or two. */
const STRIP_DEADLINE_MS = 60_000
/** Strips of a page that are read side by side: more give little, for each start costs. */
const STRIPS = 2
/** Pages smaller than this are read at twice their size: letters of screenshots are too small for the engine. */
const SMALL_SIDE = 1_000
/** Less confidence than this may mean that the page lies on its side or is in another language: others are tried. */
const SURE = 0.75
/** What is tried on, in pixels of each side: enough for some lines. */
const SAMPLE_SIDE = 700
/** So much better another way must be than the first. */
const CLEARLY = 1.3
/** Words the engine believes in less than this say nothing. */
const DOUBT = 0.5
/** Below this a page is not believed as a whole. */
const BELIEVED = 0.6
/** Words that are believed on such a page: of letters in an unknown script some short ones look very much like English. */
const BELIEVED_WORD = 0.85
const SHORTEST_BELIEVED = 3
/** Languages tried one by one on a page that is in none of those first looked for. */
const MAX_TRIED = 8

export interface ReadPage extends Pick<TextPage, 'text'> {
  readonly words: readonly TextWord[]
  /** Of all that was found, also where it was not believed; 0 to 1. */
  readonly confidence: number
  readonly languages: readonly string[]
}

/** Reads a page, whichever way it lies. The text is empty where nothing on it can be believed. */
export async function readPage(
  page: GreyPage,
  engine: OcrEngine,
  { first, others }: LanguageChoice,
): Promise<ReadPage> {
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

/** Numbers of lines and paragraphs go on from strip to strip; a paragraph that was cut is one. */
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

/** Tries a part of the page turned, and in other languages; null where nothing is clearly better than the first way. */
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

/** How much was read that can be believed, in letters. */
function evidence(words: readonly FoundWord[]): number {
  return words.reduce((sum, { text, confidence }) => sum + text.length * Math.max(0, confidence - DOUBT), 0)
}

/** Long words count for more. */
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

/** Where a box lies on the page as it was before it was turned. */
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

function box(...parts: Box): Box {
  const [x, y, width, height] = parts.map(round)
  return [x!, y!, width!, height!]
}

/** Four digits: a tenth of a pixel of the largest page. */
function round(part: number): number {
  return Math.min(1, Math.max(0, Math.round(part * 10_000) / 10_000))
}
