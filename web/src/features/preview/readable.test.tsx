// @vitest-environment happy-dom
import { preview, served } from '../../../testing/preview.tsx'
import { waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Answer, Refusal } from '../../../testing/fake-daemon.ts'
import { aFile, aSidecar, contentId, entryId } from '../../../testing/things.ts'
import type { DocumentBlock } from './use-document.ts'

/** Colours are made in a worker, which this document lacks; a text stays plain without them. */
beforeEach(() => {
  vi.stubGlobal(
    'Worker',
    class {
      addEventListener() {}
      postMessage() {}
      terminate() {}
    },
  )
})
afterEach(() => void vi.unstubAllGlobals())

const indexed = { id: entryId(1), contentId: contentId(1) }

test('separated values are a table with headings and numbers of rows', async () => {
  served.set('/a.csv', 'name;age\n"Ahab; captain";58\nIshmael;20')
  const { dialog } = await preview(aFile('/p/a.csv', { type: 'spreadsheet', mime: 'text/csv' }))
  const table = await within(dialog).findByRole('table', { name: 'Table in a.csv' })
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map((each) => each.textContent),
  ).toEqual(['Row', 'name', 'age'])
  expect(within(table).getByRole('row', { name: /Ahab; captain/ }).textContent).toBe('2Ahab; captain58')
  expect(table.getAttribute('aria-rowcount')).toBe('3')
})

test('the source of a table is one button away, and back', async () => {
  served.set('/a.tsv', 'a\tb\n1\t2')
  const { dialog, user } = await preview(aFile('/p/a.tsv', { type: 'spreadsheet', mime: 'text/tab-separated-values' }))
  await within(dialog).findByRole('table')
  await user.click(within(dialog).getByRole('button', { name: 'Show the source' }))
  expect(within(dialog).queryByRole('table')).toBeNull()
  expect(await within(dialog).findByRole('region', { name: 'Lines of the file' })).toBeTruthy()
  expect(await within(dialog).findByText(/1\s2/)).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Show the table' }))
  expect(await within(dialog).findByRole('table')).toBeTruthy()
})

test('Markdown is in a sandboxed frame, and its source is one button away', async () => {
  served.set('/a.md', '# Ahoy')
  const { dialog, user } = await preview(aFile('/p/a.md', { type: 'text', mime: 'text/markdown' }), { locale: 'de' })
  await waitFor(() => expect(dialog.querySelector('iframe')?.getAttribute('sandbox')).toBe('allow-same-origin'))
  expect(dialog.querySelector('iframe')?.title).toBe('a.md')
  await user.click(within(dialog).getByRole('button', { name: 'Quelltext zeigen' }))
  expect(await within(dialog).findByText('# Ahoy')).toBeTruthy()
})

const book: Answer<'files.document'> = ({ limit, offset, path, sheet }) => {
  const rows = sheet === 1 ? Array.from({ length: 500 }, (_, i) => [`cell ${i + 1}`, String(i)]) : []
  return {
    path,
    kind: 'cells',
    sheets: ['People', 'Empty'],
    sheet,
    columns: sheet === 1 ? 2 : 0,
    blocks: [],
    rows: rows.slice(offset, offset + limit),
    total: rows.length,
    truncated: sheet === 1,
  }
}

test('a workbook is shown sheet by sheet, its rows as they come into view', async () => {
  const { daemon, dialog, user } = await preview(aFile('/p/a.xlsx', { ...indexed, type: 'spreadsheet' }), {
    answers: { 'files.document': book },
  })
  const table = await within(dialog).findByRole('table', { name: 'Table in People' })
  expect(await within(table).findByText('cell 1')).toBeTruthy()
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map((each) => each.textContent),
  ).toEqual(['Row', 'A', 'B'])
  expect(within(dialog).getByText('500 × 2 cells')).toBeTruthy()
  expect(within(dialog).getByText(/has more than is shown/)).toBeTruthy()
  expect(daemon.asksOf('files.document').map(({ limit, offset }) => [offset, limit])).toEqual([
    [0, 1],
    [0, 200],
  ])
  await user.selectOptions(within(dialog).getByRole('combobox', { name: 'Sheet' }), 'Empty')
  expect(await within(dialog).findByText('This sheet is empty.')).toBeTruthy()
})

test('a workbook of another device is shown by its text', async () => {
  const { daemon, dialog } = await preview(aFile('/p/a.xlsx', { type: 'spreadsheet' }), {
    answers: {
      'files.document': () => {
        throw new Refusal('Unsupported', '/p/a.xlsx is on another device')
      },
    },
    info: { sidecars: [aSidecar('text', { state: 'pending' })], ...indexed },
  })
  expect(await within(dialog).findByText(/Only the text of this document is shown/)).toBeTruthy()
  expect(daemon.asksOf('files.document')).toHaveLength(1)
})

const empty = { level: 0, marker: '', runs: [], rows: [], picture: null }
const letter: DocumentBlock[] = [
  { ...empty, kind: 'heading', level: 1, runs: [{ text: 'Whales' }] },
  {
    ...empty,
    kind: 'paragraph',
    runs: [{ text: 'A ' }, { text: 'bold', bold: true }, { text: 'web', href: 'https://example.com/' }],
  },
  { ...empty, kind: 'item', level: 1, marker: 'a.', runs: [{ text: 'first', italic: true }] },
  { ...empty, kind: 'table', rows: [[[{ text: 'cell' }]]] },
  { ...empty, kind: 'picture', runs: [{ text: 'A whale' }], picture: { mime: 'image/png', base64: 'AAAA' } },
  { ...empty, kind: 'picture', runs: [{ text: 'A ship' }] },
]

test('a Word file has headings, looks, lists, tables, links and pictures', async () => {
  const { dialog } = await preview(aFile('/p/letter.docx', { ...indexed, type: 'document' }), {
    answers: {
      'files.document': ({ limit, offset, path, sheet }) => ({
        path,
        kind: 'blocks',
        sheets: [],
        sheet,
        columns: 0,
        rows: [],
        truncated: true,
        // Fewer than were asked for, as where blocks have much in them.
        blocks: letter.slice(offset, offset + Math.min(limit, 2)),
        total: letter.length,
      }),
    },
  })
  const article = await within(dialog).findByRole('article', { name: 'letter.docx' })
  expect(await within(article).findByRole('heading', { name: 'Whales', level: 3 })).toBeTruthy()
  expect(within(article).getByText('bold').className).toContain('font-semibold')
  const link = within(article).getByRole('link', { name: 'web' })
  expect([link.getAttribute('href'), link.getAttribute('rel')]).toEqual(['https://example.com/', 'noopener noreferrer'])
  expect(within(article).getByText('first').closest('div')?.textContent).toBe('a.first')
  expect(within(article).getByRole('cell', { name: 'cell' })).toBeTruthy()
  expect(within(article).getByRole('img', { name: 'A whale' }).getAttribute('src')).toBe('data:image/png;base64,AAAA')
  expect(within(article).getByText('A picture that browsers cannot show: A ship')).toBeTruthy()
  expect(within(article).getByText('The file has more text than is stored.')).toBeTruthy()
})
