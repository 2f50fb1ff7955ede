import type { OutputOf } from '@spacedrive/client'

type Day = OutputOf<'media.timeline'>['days'][number]

/** Pixels. */
export const HEADING_HEIGHT = 36
const GAP = 4
const SECTION_GAP = 12
/** However narrow the window is. */
const LEAST_COLUMNS = 3

/** A day: its heading, and its tiles below in lines. */
export interface Section extends Day {
  /** The row of its first tile. */
  readonly first: number
  /** Pixels from the top of all to its heading. */
  readonly top: number
  readonly height: number
  /** Of its heading, counted from 0 through all headings and lines of tiles. */
  readonly line: number
}

/**
 * Where every photo stands before one of them is loaded: squares in lines, day by day. A photo is known by its row,
 * counted from 0 with the newest.
 */
export interface TimelineLayout {
  readonly sections: readonly Section[]
  readonly columns: number
  /** Edge of a tile in pixels. */
  readonly tile: number
  /** From one tile to the next. */
  readonly pitch: number
  readonly height: number
  readonly total: number
  /** Headings and lines of tiles. */
  readonly lines: number
}

/** Some tiles side by side. */
export interface Line {
  readonly section: Section
  readonly first: number
  readonly count: number
  /** Pixels from the top of all. */
  readonly top: number
  /** Counted as `Section.line`. */
  readonly index: number
}

/** `width` is the room for tiles, `tileSize` the edge that is wished for, both in pixels. */
export function layoutTimeline(
  days: readonly Day[],
  { tileSize, width }: { width: number; tileSize: number },
): TimelineLayout {
  const columns = Math.max(LEAST_COLUMNS, Math.floor((width + GAP) / (tileSize + GAP)))
  const tile = Math.max(1, Math.floor((width - GAP * (columns - 1)) / columns))
  const pitch = tile + GAP
  const sections: Section[] = []
  let [first, top, line] = [0, 0, 0]
  for (const day of days) {
    const lines = Math.ceil(day.count / columns)
    const height = HEADING_HEIGHT + lines * pitch + SECTION_GAP
    sections.push({ ...day, first, top, height, line })
    first += day.count
    top += height
    line += 1 + lines
  }
  return { sections, columns, tile, pitch, height: top, total: first, lines: line }
}

/** The section that is at a place, or next to it; undefined where there is none. */
export function sectionAt({ sections }: TimelineLayout, y: number): Section | undefined {
  return sections[lastIndex(sections, ({ top }) => top <= y)]
}

export function sectionOf({ sections }: TimelineLayout, row: number): Section | undefined {
  return sections[lastIndex(sections, ({ first }) => first <= row)]
}

/** The line in which a row stands. */
export function lineOf(layout: TimelineLayout, row: number): Line | undefined {
  const section = sectionOf(layout, row)
  return section && lineIn(layout, section, Math.floor((row - section.first) / layout.columns))
}

/** Sections that are between two places, and of their lines those that are. */
export function visibleLines(
  layout: TimelineLayout,
  { bottom, top }: { top: number; bottom: number },
): { sections: Section[]; lines: Line[] } {
  const { columns, pitch, sections } = layout
  const found: { sections: Section[]; lines: Line[] } = { sections: [], lines: [] }
  for (
    let i = Math.max(
      0,
      lastIndex(sections, (each) => each.top <= top),
    );
    i < sections.length;
    i++
  ) {
    const section = sections[i]!
    if (section.top > bottom) break
    found.sections.push(section)
    const start = section.top + HEADING_HEIGHT
    const last = Math.min(Math.ceil(section.count / columns) - 1, Math.floor((bottom - start) / pitch))
    for (let k = Math.max(0, Math.floor((top - start) / pitch)); k <= last; k++)
      found.lines.push(lineIn(layout, section, k))
  }
  return found
}

/** The row to which a key goes from another; null where it goes nowhere. `page` is how many lines are seen at once. */
export function rowAfterKey(
  layout: TimelineLayout,
  key: string,
  { isRightToLeft, page, row }: { row: number | null; page: number; isRightToLeft: boolean },
): number | null {
  const { total } = layout
  if (total === 0) return null
  if (key === 'Home') return 0
  if (key === 'End') return total - 1
  const step = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[key]
  const lines = { ArrowDown: 1, ArrowUp: -1, PageDown: Math.max(1, page - 1), PageUp: -Math.max(1, page - 1) }[key]
  if (step === undefined && lines === undefined) return null
  if (row === null) return 0
  if (step !== undefined) return Math.min(Math.max(0, row + step), total - 1)
  return rowAcross(layout, row, lines!)
}

/** The row so many lines further down, in the same column, or the last of a line that does not reach it. */
function rowAcross(layout: TimelineLayout, row: number, lines: number): number {
  const start = lineOf(layout, row)!
  const column = row - start.first
  let line = start
  for (let i = 0; i < Math.abs(lines); i++) {
    const next = lineOf(layout, lines > 0 ? line.first + line.count : line.first - 1)
    if (!next || (lines > 0 && line.first + line.count >= layout.total) || line.first + Math.sign(lines) < 0) break
    line = next
  }
  return line.first + Math.min(column, line.count - 1)
}

/** Where the window has to begin for a row to be seen whole, and not below the heading that stays; null where it is. */
export function topToShow(
  layout: TimelineLayout,
  row: number,
  { top, viewport }: { top: number; viewport: number },
): number | null {
  const line = lineOf(layout, row)
  if (!line) return null
  if (line.top - HEADING_HEIGHT < top) return line.top - HEADING_HEIGHT
  if (line.top + layout.pitch > top + viewport) return line.top + layout.pitch - viewport
  return null
}

/**
 * The row at which a photo stands after others have come or gone: those of a day are counted from its end, since what
 * is new comes before it. The nearest where its day is gone; null where nothing is left.
 */
export function movedRow(before: TimelineLayout, after: TimelineLayout, row: number): number | null {
  if (after.total === 0) return null
  const section = sectionOf(before, row)
  const same = section && after.sections.find(({ day }) => day === section.day)
  if (!same) return Math.min(row, after.total - 1)
  const fromEnd = section.first + section.count - 1 - row
  return same.first + Math.max(0, same.count - 1 - fromEnd)
}

/** A year beside the track of the scrubber. */
export interface YearMark {
  readonly year: string
  /** Part of all, 0 to 1, at which its newest day begins. */
  readonly at: number
}

/** The years for which there is room: `leastApart` is a part of all. The first always is. */
export function yearMarks({ height, sections }: TimelineLayout, leastApart: number): YearMark[] {
  const marks: YearMark[] = []
  let year = ''
  for (const section of sections) {
    const next = section.day.slice(0, 4)
    if (next === year) continue
    year = next
    const at = section.top / height
    const last = marks.at(-1)
    if (!last || at - last.at >= leastApart) marks.push({ year, at })
  }
  return marks
}

function lineIn({ columns, pitch }: TimelineLayout, section: Section, k: number): Line {
  const first = section.first + k * columns
  return {
    section,
    first,
    count: Math.min(columns, section.first + section.count - first),
    top: section.top + HEADING_HEIGHT + k * pitch,
    index: section.line + 1 + k,
  }
}

/** The last of which something is true, where it is true of all before; -1 where of none. */
function lastIndex<T>(items: readonly T[], isTrue: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isTrue(items[middle]!)) low = middle + 1
    else high = middle
  }
  return low - 1
}
