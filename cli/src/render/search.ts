import { dirname } from 'node:path'
import type { OutputOf } from '@spacedrive/client'
import type { SearchItem } from '@spacedrive/core/domain'
import { printable, printableWithRanges } from '../text/escape.ts'
import { formatBytes, formatCount, formatDate, formatDuration, formatPosition, plural } from '../text/format.ts'
import { cutAround } from '../text/shorten.ts'
import type { Style } from '../text/style.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import { textWidth } from '../text/width.ts'
import { wrap, wrapSentence } from '../text/wrap.ts'
import type { Renderers, View } from './view.ts'

export const searchRenderers: Renderers = { 'search.files': searchResults }

type Ranges = SearchItem['why'][number]['ranges']
type TextReason = Extract<SearchItem['why'][number], { snippet: string }>

const columns: readonly Column[] = [
  { title: 'NAME', shrink: 'middle', min: 24 },
  { title: 'SIZE', align: 'right' },
  { title: 'MODIFIED', drop: 1 },
  { title: '' },
  { title: 'FOLDER', shrink: 'middle', min: 16 },
]

function searchResults(result: OutputOf<'search.files'>, view: View): readonly string[] {
  const { items, notices = [], query, special = [], suggestions = [], tookMs, total, weaker = 0 } = result
  const remarks = [
    ...(weaker > 0 ? wrap(weakerLine(weaker), view.width).map((line) => view.style('dim', line)) : []),
    ...[...hintsFor(result), ...otherSearches(result)]
      .flatMap((hint) => wrap(hint, view.width))
      .map((line) => view.style('dim', line)),
    ...special.flatMap((part) => wrap(specialLine(part), view.width)).map((line) => view.style('dim', line)),
    ...unreadLines(result)
      .concat(notices.map(printable))
      .flatMap((line) => wrapSentence(view.withTypedCommands(line), view.width))
      .map((line) => view.style('warn', line)),
  ]
  if (items.length === 0) {
    const instead = suggestions.map((suggestion) => `"${printable(suggestion)}"`).join(', ')
    return [
      query && special.length === 0 ? `Nothing matches "${printable(query)}".` : 'Nothing matches.',
      ...(instead ? [`Did you mean: ${instead}`] : []),
      ...remarks,
    ]
  }
  const rows = items.map((item): Cell[] => [
    nameCell(item, view.style),
    item.kind === 'directory' ? (item.totalSize === null ? '–' : formatBytes(item.totalSize)) : formatBytes(item.size),
    formatDate(item.modifiedAt),
    item.online ? '' : { text: 'offline', tone: 'warn' },
    { text: printable(dirname(item.path)), tone: 'dim' },
  ])
  const [heading, ...lines] = renderTable({ columns, rows, width: view.width, style: view.style })
  const count = `${result.totalIsExact ? '' : 'about '}${formatCount(total)} found`
  const shown = items.length < total ? `, ${formatCount(items.length)} shown` : ''
  return [
    heading!,
    ...items.flatMap((item, i) => [lines[i]!, ...textLines(item, view)]),
    view.style(
      'dim',
      `${count}${shown}, ${formatDuration(tookMs)}${result.cursor === null ? '' : '; --limit shows more'}`,
    ),
    ...remarks,
  ]
}

/** What the user may have meant by words that are ordinary words. */
function hintsFor({ items, query }: OutputOf<'search.files'>): string[] {
  const unquoted = query.replaceAll(/"[^"]*"/g, ' ')
  const [, before, after] = /(\S+) or (\S+)/.exec(unquoted) ?? []
  const [brackets] = /\[[^\]\s]+\]/.exec(unquoted) ?? []
  return [
    ...(before === undefined
      ? []
      : [`"or" is an ordinary word here; ${printable(`${before} OR ${after}`)} finds either.`]),
    ...(brackets === undefined || items.length > 0
      ? []
      : [
          `${printable(brackets)} is compared as it is written; use ? for any one character, or {a,b} for alternatives.`,
        ]),
  ]
}

/** Names the searches that may find more, if this one found few files. */
function otherSearches({ total, unsearched = [] }: OutputOf<'search.files'>): string[] {
  if (total > FEW || unsearched.length === 0) return []
  const flags = unsearched.map((flag) => (flag === 'content' ? CONTENT_HINT : SEMANTIC_HINT))
  return [`${unsearched.includes('content') ? 'Only names were searched; ' : ''}${flags.join(', and ')}.`]
}

/** With so few results, the wanted file may be missing. */
const FEW = 3

const CONTENT_HINT = '--content also searches the text in files'
const SEMANTIC_HINT = '--semantic also finds texts of similar meaning'

/** Says that the same search may find more later. */
function unreadLines({ unread }: OutputOf<'search.files'>): string[] {
  if (!unread) return []
  const { files, scanning } = unread
  const next = '`spacedrive monitor` shows the progress'
  if (files === 0) return scanning ? [`A scan is running and may find more files; ${next}.`] : []
  const count = files >= MAX_COUNTED ? `${formatCount(files)} files or more` : plural(files, 'file')
  const verb = files === 1 ? 'is' : 'are'
  return [
    `${count} ${verb} still being read, and ${files === 1 ? 'its text is' : 'their texts are'} not found yet; ${next}.`,
  ]
}

/** The engine counts no more files that are still being read. */
const MAX_COUNTED = 10_000

/** How many matches were left out, and how to see them. */
function weakerLine(weaker: number): string {
  return weaker === 1
    ? '1 match of weaker similarity is left out; --weak shows it.'
    : `${formatCount(weaker)} matches of weaker similarity are left out; --weak shows them.`
}

/** How a part of the query was read that is more than a word. */
function specialLine({ kind, text }: NonNullable<OutputOf<'search.files'>['special']>[number]): string {
  switch (kind) {
    case 'or':
      return `${printable(text)}: one of them is enough.`
    case 'glob':
      return text.includes('/')
        ? `${printable(text)}: each part between slashes is compared with a whole name; \`**\` stands for any number of folders.`
        : `${printable(text)} is compared with the whole name; in quotes it is an ordinary word.`
    case 'path':
      return `${printable(text)} is compared with the path.`
  }
}

function nameCell(item: SearchItem, style: Style): Cell {
  const text = printable(item.name) + (item.kind === 'directory' ? '/' : '')
  // A name that had to be cut keeps its plain look: the ranges would point at other letters.
  return { text, paint: (shown) => (shown === text ? highlight(item, style) : shown) }
}

function highlight({ kind, name, why }: SearchItem, style: Style): string {
  const ranges = why.flatMap((reason) => (reason.field === 'name' ? reason.ranges : []))
  return marked(name, ranges, style) + (kind === 'directory' ? '/' : '')
}

const INDENT = '    '

/** A line for each matching text, or for the text that is near by meaning: the position and a snippet. */
function textLines({ why }: SearchItem, { style, width }: View): string[] {
  const isByWords = why.some(({ field }) => field === 'text')
  return why.flatMap((reason) => {
    if (reason.field === 'name' || reason.snippet === '') return []
    if (reason.field === 'semantic' && isByWords) return []
    const place = placeOf(reason)
    const snippet = printableWithRanges(reason.snippet, reason.ranges)
    const { text, ranges } = cutAround(snippet.text, snippet.ranges, width - textWidth(INDENT + place))
    return [`${INDENT}${style('dim', place)}${marked(text, ranges, style)}`]
  })
}

/** `page 12: `, and for a match by meaning also its similarity: `≈ 0.83, page 12: ` */
function placeOf(reason: TextReason): string {
  const near = reason.field === 'semantic' ? [`≈ ${reason.similarity.toFixed(2)}`] : []
  const parts = [...near, ...whereOf(reason)]
  return parts.length > 0 ? `${parts.join(', ')}: ` : ''
}

function whereOf({ kind, page, timeMs }: TextReason): string[] {
  if (kind === 'name') return ['its name']
  if (timeMs !== undefined) return [`at ${formatPosition(timeMs)}`]
  return page === null ? [] : [`page ${page}`]
}

/** The text with its matches marked. */
function marked(text: string, ranges: Ranges, style: Style): string {
  let end = 0
  let shown = ''
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    if (from < end) continue
    shown += printable(text.slice(end, from)) + style('match', printable(text.slice(from, to)))
    end = to
  }
  return shown + printable(text.slice(end))
}
