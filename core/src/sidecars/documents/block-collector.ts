import type { DocumentBlock, DocumentRun } from '../../domain/document.ts'

/**
 * Limits on the characters and blocks that are kept of a document. A novel of a thousand pages has three million
 * characters.
 */
export const MAX_CHARACTERS = 4 * 2 ** 20
export const MAX_BLOCKS = 50_000
/** Limit on the cells and runs of a page, so that the daemon can check the page quickly; see `partsOf`. */
export const MAX_PAGE_CELLS = 20_000
/** Limits on the rows of a table, and on the cells of a row. */
export const MAX_TABLE_ROWS = 2_000
export const MAX_TABLE_CELLS = 100
/** A longer table is split into several blocks. Each has this many rows, or fewer if they have many cells and runs. */
export const MAX_BLOCK_ROWS = 50
const MAX_BLOCK_PARTS = 5_000
/** Limits on the runs of a paragraph, and of a cell. Further runs are joined to the last one. */
export const MAX_RUNS = 1_000
const MAX_CELL_RUNS = 100
/** Limit of all pictures of a document, in bytes. Of further pictures only the names are kept. */
const MAX_PICTURE_BYTES = 4 * 2 ** 20

/** The formatting of a run. */
export type Look = Omit<DocumentRun, 'text'>

/** A paragraph that is being read. */
export interface Paragraph {
  kind: 'heading' | 'paragraph' | 'item'
  level: number
  marker: string
  readonly runs: DocumentRun[]
}

/** A picture in a format that can be shown on a page. */
export interface Picture {
  readonly mime: string
  readonly bytes: Uint8Array
}

/** Collects the blocks of a document up to the limits. Paragraphs in a table go into its current cell. */
export class BlockCollector {
  #blocks: DocumentBlock[] = []
  /** The names of the zip members with the pictures of these blocks. */
  readonly #pictures = new Map<DocumentBlock, string>()
  /** The open tables. Only the outermost becomes a block; the others are text in its cells. */
  #tableDepth = 0
  #rows: DocumentRun[][][] = []
  #charactersLeft = MAX_CHARACTERS
  #truncated = false

  get isFull(): boolean {
    return this.#charactersLeft <= 0 || this.#blocks.length >= MAX_BLOCKS
  }

  /** Whether the document has more than was collected. */
  get truncated(): boolean {
    return this.#truncated
  }

  get blocks(): DocumentBlock[] {
    return this.#blocks
  }

  /** Marks the document as cut: not all of it was read. */
  cut(): void {
    this.#truncated = true
  }

  /** Adds letters to a paragraph. */
  addText({ runs }: Paragraph, text: string, look: Look): void {
    addRun(runs, { ...look, text: this.#fitting(text) })
  }

  /** The part of a text that still fits. */
  #fitting(text: string): string {
    if (text.length > this.#charactersLeft) this.#truncated = true
    const fitting = text.slice(0, Math.max(0, this.#charactersLeft))
    this.#charactersLeft -= fitting.length
    return fitting
  }

  addParagraph({ kind, level, marker, runs }: Paragraph): void {
    if (this.#tableDepth > 0) {
      const cell = this.#rows.at(-1)?.at(-1)
      if (!cell) return
      if (cell.length > 0) addRun(cell, { text: this.#fitting('\n') }, MAX_CELL_RUNS)
      if (marker !== '') addRun(cell, { text: this.#fitting(`${marker} `) }, MAX_CELL_RUNS)
      for (const run of runs) addRun(cell, run, MAX_CELL_RUNS)
      return
    }
    if (runs.every(({ text }) => text.trim() === '')) return
    this.#push({ kind, level, marker, runs: tidied(runs), rows: [], picture: null })
  }

  /** Adds a picture. `member` is its member in the zip; null if the picture cannot be shown. `words` describe it. */
  addPicture(words: string, member: string | null): void {
    if (this.#tableDepth > 0 || (words === '' && member === null)) return
    const runs = words === '' ? [] : [{ text: words }]
    const block: DocumentBlock = { kind: 'picture', level: 0, marker: '', rows: [], runs, picture: null }
    if (this.#push(block) && member !== null) this.#pictures.set(block, member)
  }

  /**
   * Reads the pictures in their order, as long as they fit; `read` gets the number of bytes that are left. A picture
   * that does not fit is shown by its description only. Without a description, it is left out.
   */
  async showPictures(read: (member: string, most: number) => Promise<Picture | null>): Promise<void> {
    let left = MAX_PICTURE_BYTES
    const others = new Set<string>()
    for (const [block, member] of this.#pictures) {
      const picture = others.has(member) ? null : await read(member, left)
      if (picture === null) {
        others.add(member)
        continue
      }
      left -= picture.bytes.length
      block.picture = { mime: picture.mime, base64: Buffer.from(picture.bytes).toString('base64') }
    }
    this.#blocks = this.#blocks.filter(({ kind, picture, runs }) => kind !== 'picture' || picture || runs.length > 0)
  }

  beginTable(): void {
    this.#tableDepth++
  }

  beginRow(): void {
    if (this.#tableDepth !== 1) return
    if (this.#rows.length < MAX_TABLE_ROWS) this.#rows.push([])
    else this.#truncated = true
  }

  beginCell(): void {
    if (this.#tableDepth !== 1) return
    const row = this.#rows.at(-1)
    if (row && row.length < MAX_TABLE_CELLS) row.push([])
    else this.#truncated = true
  }

  endTable(): void {
    if (this.#tableDepth === 0 || --this.#tableDepth > 0) return
    const rows = this.#rows.filter((row) => row.length > 0)
    this.#rows = []
    for (const some of split(rows)) {
      this.#push({ kind: 'table', level: 0, marker: '', runs: [], rows: some, picture: null })
    }
  }

  /** Ends the tables that are still open when reading stops. */
  endTables(): void {
    while (this.#tableDepth > 0) this.endTable()
  }

  /** Adds a block. Returns false if it does not fit. */
  #push(block: DocumentBlock): boolean {
    const hasRoom = this.#blocks.length < MAX_BLOCKS
    if (hasRoom) this.#blocks.push(block)
    else this.#truncated = true
    return hasRoom
  }
}

/** The number of runs in a block, including those in its cells; it determines how long checking the block takes. */
export function partsOf({ rows, runs }: Pick<DocumentBlock, 'rows' | 'runs'>): number {
  return rows.reduce((sum, row) => sum + partsOfRow(row), runs.length + 1)
}

function partsOfRow(row: DocumentBlock['rows'][number]): number {
  return row.reduce((sum, cell) => sum + 1 + cell.length, 0)
}

/** Splits the rows of a table into groups, one for each block. */
function split(rows: DocumentBlock['rows']): DocumentBlock['rows'][] {
  const groups: DocumentBlock['rows'][] = []
  let parts = 0
  for (const row of rows) {
    const more = partsOfRow(row)
    const group = groups.at(-1)
    const fits = group && group.length < MAX_BLOCK_ROWS && parts + more <= MAX_BLOCK_PARTS
    if (fits) group.push(row)
    else groups.push([row])
    parts = fits ? parts + more : more
  }
  return groups
}

function addRun(runs: DocumentRun[], run: DocumentRun, most = MAX_RUNS): void {
  if (run.text === '') return
  const text = run.text.toWellFormed().replaceAll('\0', '')
  const last = runs.at(-1)
  if (last && (runs.length >= most || looksLike(last, run))) last.text += text
  else runs.push({ ...run, text })
}

function looksLike(a: Look, b: Look): boolean {
  return (
    a.bold === b.bold &&
    a.italic === b.italic &&
    a.underlined === b.underlined &&
    a.struck === b.struck &&
    a.href === b.href
  )
}

/** Removes line ends at the start and the end of the text. */
function tidied(runs: readonly DocumentRun[]): DocumentRun[] {
  return runs.map((run, i) => {
    const start = i === 0 ? run.text.replace(/^\n+/, '') : run.text
    return { ...run, text: i === runs.length - 1 ? start.replace(/\s+$/, '') : start }
  })
}
