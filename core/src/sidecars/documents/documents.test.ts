import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REFUSED } from '../../../testing/attack.ts'
import { makeWorkbook, makeZip } from '../../../testing/documents/index.ts'
import { NATIVE_REFUSED, nativePrey } from '../../../testing/native-prey.ts'
import type { DocumentBlock } from '../../domain/document.ts'
import { boxState, tryBwrap } from '../../workers/index.ts'
import { parseReply } from './document-reply.ts'
import { Documents } from './documents.ts'
import type { AttackingDocument } from './test/attacking-document-child.ts'

const never = new AbortController().signal
let folder: string
let documents: Documents

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sd-documents-')))
  mkdirSync(join(folder, 'files'))
  documents = new Documents({
    guard: { refuse: () => Promise.resolve() },
    look: (each) => Promise.resolve(lstatSync(each as string, { bigint: true })),
    temporary: join(folder, 'decoders'),
  })
})
afterAll(async () => {
  await documents[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, 'files', name)
  writeFileSync(path, bytes)
  return path
}

/** A page of a file. */
function read(path: string, page: { sheet?: number; offset?: number; limit?: number } = {}) {
  return documents.document({ path, sheet: 1, offset: 0, limit: 200, ...page }, never)
}

const NAMES =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'

/** A Word file with a body and further members. */
function word(body: string, members: Readonly<Record<string, string | Uint8Array>> = {}): Buffer {
  return makeZip({ 'word/document.xml': `<w:document ${NAMES}><w:body>${body}</w:body></w:document>`, ...members })
}

const p = (text: string, properties = '') =>
  `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`

/** What differs from an empty paragraph. */
function short({ kind, level, marker, picture, rows, runs }: DocumentBlock) {
  return {
    kind,
    ...(level > 0 && { level }),
    ...(marker !== '' && { marker }),
    ...(runs.length > 0 && { runs }),
    ...(rows.length > 0 && { rows }),
    ...(picture && { picture }),
  }
}

describe('a workbook', () => {
  const rows = [
    ['name', 'born', 'share'],
    ['Ann', new Date(Date.UTC(1990, 4, 17)), 0.5],
    ['', null, 'x'],
  ]

  test.each([
    ['xlsx', 'xlsx'],
    ['xls', 'biff8'],
    ['xlsb', 'xlsb'],
    ['ods', 'ods'],
  ] as const)('%s: the cells of each sheet stay in their columns', async (extension, bookType) => {
    const path = file(`people.${extension}`, makeWorkbook({ People: rows as never, Empty: [] }, bookType))
    expect(await read(path)).toEqual({
      path,
      kind: 'cells',
      sheets: ['People', 'Empty'],
      sheet: 1,
      columns: 3,
      rows: [
        ['name', 'born', 'share'],
        ['Ann', '1990-05-17', '0.5'],
        ['', '', 'x'],
      ],
      blocks: [],
      total: 3,
      truncated: false,
    })
    expect(await read(path, { sheet: 2 })).toMatchObject({ rows: [], total: 0, columns: 0 })
  })

  test('rows are read page by page, and a page of many cells is shorter', async () => {
    const many = Array.from({ length: 300 }, (_, i) => Array.from(Array(100).keys(), (k) => `${i}:${k}`))
    const path = file('many.xlsx', makeWorkbook({ Many: many }, 'xlsx'))
    const first = await read(path, { limit: 1_000 })
    expect([first.rows.length, first.total]).toEqual([200, 300])
    expect((await read(path, { offset: 299, limit: 5 })).rows[0]?.[1]).toBe('299:1')
  })

  test('a sheet that is not there, and a file that is no workbook, say so', async () => {
    const path = file('one.xlsx', makeWorkbook({ One: [['x']] }, 'xlsx'))
    await expect(read(path, { sheet: 3 })).rejects.toMatchObject({
      code: 'NotFound',
      message: `${path}: it has 1 sheets, and no sheet 3`,
    })
    await expect(read(file('x.png', 'x'))).rejects.toMatchObject({ code: 'Unsupported' })
    await expect(read(join(folder, 'gone.xlsx'))).rejects.toMatchObject({ code: 'NotFound' })
    await expect(read(file('broken.docx', makeZip({ x: 'y' })))).rejects.toMatchObject({ code: 'Corrupt' })
    await expect(
      read(file('damaged.xlsx', makeWorkbook({ A: [['x']] }, 'xlsx').subarray(0, 900))),
    ).rejects.toMatchObject({ code: 'Corrupt' })
  })
})

describe('a Word file', () => {
  async function blocks(body: string, members?: Readonly<Record<string, string | Uint8Array>>) {
    const page = await read(file('letter.docx', word(body, members)))
    return page.blocks.map(short)
  }

  test('headings come from styles, also from the style that they are based on', async () => {
    const styles = `<w:styles ${NAMES}>
      <w:style w:styleId="Top"><w:name w:val="Title"/></w:style>
      <w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>
      <w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H2"/></w:style>
    </w:styles>`
    const body = [
      p('Whales', '<w:pStyle w:val="Top"/>'),
      p('Kinds', '<w:pStyle w:val="Mine"/>'),
      p('Deep', '<w:outlineLvl w:val="3"/>'),
      p('Text'),
    ].join('')
    expect(await blocks(body, { 'word/styles.xml': styles })).toEqual([
      { kind: 'heading', level: 1, runs: [{ text: 'Whales' }] },
      { kind: 'heading', level: 2, runs: [{ text: 'Kinds' }] },
      { kind: 'heading', level: 4, runs: [{ text: 'Deep' }] },
      { kind: 'paragraph', runs: [{ text: 'Text' }] },
    ])
  })

  test('letters keep their looks, and links lead to the web only', async () => {
    const relations = `<Relationships>
      <Relationship Id="a" Target="https://example.com/" TargetMode="External"/>
      <Relationship Id="b" Target="file:///etc/passwd" TargetMode="External"/>
    </Relationships>`
    const body = `<w:p>
      <w:r><w:rPr><w:b/><w:i w:val="0"/></w:rPr><w:t>bold</w:t></w:r><w:r><w:t xml:space="preserve"> plain</w:t><w:br/></w:r>
      <w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>under</w:t></w:r><w:r><w:rPr><w:u w:val="none"/><w:strike/></w:rPr><w:t>struck</w:t></w:r>
      <w:hyperlink r:id="a"><w:r><w:t>web</w:t></w:r></w:hyperlink><w:hyperlink r:id="b"><w:r><w:t>disk</w:t></w:r></w:hyperlink>
      <w:del><w:r><w:t>gone</w:t></w:r></w:del>
    </w:p>`
    expect(await blocks(body, { 'word/_rels/document.xml.rels': relations })).toEqual([
      {
        kind: 'paragraph',
        runs: [
          { text: 'bold', bold: true },
          { text: ' plain\n' },
          { text: 'under', underlined: true },
          { text: 'struck', struck: true },
          { text: 'web', href: 'https://example.com/' },
          { text: 'disk' },
        ],
      },
    ])
  })

  test('lists are counted as Word counts them', async () => {
    const numbering = `<w:numbering ${NAMES}>
      <w:abstractNum w:abstractNumId="0">
        <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl>
        <w:lvl w:ilvl="2"><w:start w:val="4"/><w:numFmt w:val="upperRoman"/></w:lvl>
      </w:abstractNum>
      <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
      <w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>
      <w:num w:numId="8"><w:abstractNumId w:val="1"/></w:num>
    </w:numbering>`
    const item = (text: string, list: number, level = 0) =>
      p(text, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr>`)
    const body = [
      item('a', 7),
      item('b', 7, 1),
      item('c', 7, 2),
      item('d', 7, 1),
      item('e', 7),
      item('f', 7, 1),
      item('g', 8),
      item('h', 99),
      item('i', 0),
    ].join('')
    const found = await blocks(body, { 'word/numbering.xml': numbering })
    expect(found.map(({ kind, level = 0, marker = '' }) => `${kind} ${level} ${marker}`)).toEqual([
      'item 0 3.',
      'item 1 a.',
      'item 2 IV.',
      'item 1 b.',
      'item 0 4.',
      'item 1 a.',
      'item 0 •',
      'item 0 •',
      'paragraph 0 ',
    ])
  })

  test('a table has rows of cells, and a table inside a cell is text of that cell', async () => {
    const cell = (inside: string) => `<w:tc>${inside}</w:tc>`
    const inner = `<w:tbl><w:tr>${cell(p('x'))}${cell(p('y'))}</w:tr></w:tbl>`
    const body = `<w:tbl><w:tr>${cell(p('a'))}${cell(p('b') + p('c'))}</w:tr><w:tr>${cell(inner)}</w:tr></w:tbl>`
    expect(await blocks(body)).toEqual([
      { kind: 'table', rows: [[[{ text: 'a' }], [{ text: 'b\nc' }]], [[{ text: 'x\ny' }]]] },
    ])
  })

  test('a picture is shown if browsers show its format, and named otherwise', async () => {
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    const relations = `<Relationships>
      <Relationship Id="a" Target="media/a.png"/><Relationship Id="b" Target="media/b.emf"/>
    </Relationships>`
    const picture = (id: string, words: string) =>
      `<w:p><w:r><w:drawing><wp:docPr descr="${words}"/><a:blip r:embed="${id}"/></w:drawing></w:r></w:p>`
    const members = { 'word/_rels/document.xml.rels': relations, 'word/media/a.png': png, 'word/media/b.emf': 'EMF' }
    expect(await blocks(picture('a', 'A whale') + picture('b', 'A ship'), members)).toEqual([
      {
        kind: 'picture',
        runs: [{ text: 'A whale' }],
        picture: { mime: 'image/png', base64: png.toString('base64') },
      },
      { kind: 'picture', runs: [{ text: 'A ship' }] },
    ])
  })

  test('pictures are shown while there is room, and one that is damaged is left out', async () => {
    const png = Buffer.alloc(900_000)
    png.write('89504e470d0a1a0a', 'hex')
    const ids = Array.from({ length: 30 }, (_, i) => `p${i}`)
    const relations = ids.map((id) => `<Relationship Id="${id}" Target="media/${id}.png"/>`).join('')
    const body = ids.map((id) => `<w:p><w:drawing><wp:docPr descr="${id}"/><a:blip r:embed="${id}"/></w:drawing></w:p>`)
    const members = [
      { name: 'word/document.xml', data: `<w:document ${NAMES}><w:body>${body.join('')}</w:body></w:document>` },
      { name: 'word/_rels/document.xml.rels', data: `<Relationships>${relations}</Relationships>` },
      ...ids.map((id, i) => ({
        name: `word/media/${id}.png`,
        data: i % 10 === 9 ? png.subarray(0, 8) : png,
        ...(i === 0 && { claimedSize: 800_000 }),
      })),
    ]
    const page = await read(file('pictures.docx', makeZip(members)), { limit: 1_000 })
    expect(page).toMatchObject({ total: 30, truncated: false })
    const shown = page.blocks.flatMap(({ picture, runs }) => (picture ? [runs[0]?.text] : []))
    // Four large ones, and every small one.
    expect(shown).toEqual(['p1', 'p2', 'p3', 'p4', ...ids.filter((_, i) => i % 10 === 9)])
  })

  test('a document that is too long is shown up to the limit, and says so', async () => {
    const long = 'x'.repeat(2 ** 20)
    const whole = await read(file('whole.docx', word(p(long).repeat(3))))
    expect([whole.total, whole.truncated]).toEqual([3, false])
    const cut = await read(file('cut.docx', word(p(long).repeat(6))))
    expect([cut.total, cut.truncated]).toEqual([4, true])
    const full = await read(file('full.docx', word(`${p(long).repeat(3)}${p(long)}`)))
    expect([full.total, full.truncated]).toEqual([4, false])
    // What was open when reading stopped is shown too.
    const table = `<w:tbl><w:tr><w:tc>${p(long).repeat(6)}</w:tc></w:tr></w:tbl>`
    const open = await read(file('open.docx', word(table)))
    expect([open.blocks.map(({ kind }) => kind), open.truncated]).toEqual([['table'], true])
    const many = await read(file('many.docx', word(p('x').repeat(50_010))))
    expect([many.total, many.truncated]).toEqual([50_000, true])
  })

  test('a long table becomes several blocks, and a page of many cells is shorter', async () => {
    const row = (count: number) => `<w:tr>${`<w:tc>${p('x')}</w:tc>`.repeat(count)}</w:tr>`
    const narrow = await read(file('narrow.docx', word(`<w:tbl>${row(2).repeat(120)}</w:tbl>`)))
    expect(narrow.blocks.map(({ rows }) => rows.length)).toEqual([50, 50, 20])
    const path = file('wide.docx', word(`<w:tbl>${row(100).repeat(300)}</w:tbl>`))
    const wide = await read(path)
    // Each cell has a run.
    expect(wide.blocks.map(({ rows }) => rows.length)).toEqual([25, 25, 25])
    expect([wide.total, wide.truncated]).toEqual([12, false])
    expect((await read(path, { offset: 11 })).blocks).toHaveLength(1)
    const looks = Array.from(
      { length: 300 },
      (_, i) => `<w:r><w:rPr>${i % 2 ? '<w:b/>' : ''}</w:rPr><w:t>x</w:t></w:r>`,
    )
    const runs = await read(
      file('runs.docx', word(`<w:tbl><w:tr><w:tc><w:p>${looks.join('')}</w:p></w:tc></w:tr></w:tbl>`)),
    )
    expect(runs.blocks[0]?.rows[0]?.[0]).toHaveLength(100)
  })

  test('blocks are read page by page, and a changed file is read anew', async () => {
    const path = file('long.docx', word(Array.from({ length: 30 }, (_, i) => p(`line ${i}`)).join('')))
    const page = await read(path, { offset: 28, limit: 10 })
    expect([page.total, page.blocks.map(({ runs }) => runs[0]?.text)]).toEqual([30, ['line 28', 'line 29']])
    writeFileSync(path, word(p('another')))
    expect((await read(path)).blocks.map(({ runs }) => runs[0]?.text)).toEqual(['another'])
  })
})

function times<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item)
}

test('an invalid reply of a process is refused', () => {
  const valid = { sheets: [], columns: 0, rows: [['x']], blocks: [], total: 1, truncated: false }
  expect(parseReply(valid)).toEqual(valid)
  const endless: unknown[] = []
  endless.length = 2 ** 32 - 1
  const block = { kind: 'paragraph', level: 0, marker: '', rows: [], picture: null }
  for (const wrong of [
    { rows: endless },
    { rows: [['x'.repeat(2_001)]] },
    { blocks: [{ ...block, runs: [{ text: 'x', href: 'javascript:alert(1)' }] }] },
    { blocks: [{ ...block, runs: [], picture: { mime: 'image/svg+xml', base64: 'AAAA' } }] },
  ])
    expect(() => parseReply({ ...valid, ...wrong })).toThrow(/^it is (not|too large for) a page of a document$/)
  const table = { ...block, kind: 'table', runs: [], rows: times(50, times(100, [{ text: 'x' }])) }
  const page = { ...valid, rows: [], blocks: [table, table] }
  expect(parseReply(page).blocks).toHaveLength(2)
  expect(() => parseReply({ ...page, blocks: times(5, table) })).toThrow('it is too large for a page of a document')
})

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

describe.runIf(isBuiltin('node:ffi')).each(['landlock', 'bwrap'] as const)('boxed by %s', (layer) => {
  const state = states[layer]

  test.runIf(state.layer === layer)('a process that a document has taken over reads only the document', async () => {
    await using world = await nativePrey()
    const { given, native, target } = world
    const path = join(given, 'a.jpg')
    writeFileSync(path, JSON.stringify({ target, native } satisfies AttackingDocument))
    const before = readFileSync(path)
    const named = join(folder, 'files', 'attack.xlsx')
    symlinkSync(path, named)
    await using attacked = new Documents({
      guard: { refuse: () => Promise.resolve() },
      look: (each) => Promise.resolve(lstatSync(each as string, { bigint: true })),
      temporary: join(target.folder, '..', 'decoders'),
      entry: new URL('test/attacking-document-child.ts', import.meta.url),
      layer: () => Promise.resolve(state),
    })
    const page = await attacked.document({ path: named, sheet: 1, limit: 1_000, offset: 0 }, never)
    expect(Object.fromEntries(page.rows as [string, string][])).toEqual({ ...REFUSED[layer], ...NATIVE_REFUSED })
    expect(readFileSync(path)).toEqual(before)
  })
})
