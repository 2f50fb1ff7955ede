// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import type { OutputOf } from '@spacedrive/client'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { aLocation, aVolume, locationId, THEN, volumeId } from '../../../testing/things.ts'

type Statistics = OutputOf<'statistics.library'>

const month = (modified: string, bytes: number, totalBytes: number) => ({
  modified,
  files: 1,
  bytes,
  totalFiles: 1,
  totalBytes,
})

function statistics(other: Partial<Statistics> = {}): Statistics {
  return {
    at: THEN,
    files: 3,
    bytes: 7_000,
    folders: 2,
    byType: [
      { type: 'image', files: 1, bytes: 4_000 },
      { type: 'text', files: 2, bytes: 3_000 },
    ],
    byExtension: [
      { extension: 'jpg', files: 1, bytes: 4_000 },
      { extension: '', files: 1, bytes: 1_000 },
    ],
    otherExtensions: { extensions: 2, files: 1, bytes: 2_000 },
    byYear: [{ modified: '2019', files: 1, bytes: 2_000 }],
    byLocation: [
      { id: locationId(1), name: 'Photos', path: '/photos', online: false, files: 3, bytes: 7_000, folders: 2 },
    ],
    topFolders: [{ path: '/photos/2019', name: '2019', locationId: locationId(1), files: 1, bytes: 2_000 }],
    byVolume: [
      { id: volumeId(1), name: 'Disk', online: true, files: 3, bytes: 7_000 },
      { id: volumeId(2), name: 'Gone', online: false, files: 0, bytes: 0 },
    ],
    duplicates: { groups: 1, files: 1, reclaimableBytes: 1_000 },
    unique: { files: 2, bytes: 5_000 },
    unidentified: { files: 1, bytes: 1_000 },
    growth: [month('2019-05', 2_000, 2_000), month('2024-03', 5_000, 7_000)],
    sidecars: [
      { kind: 'thumb', variant: 'grid@1x', files: 1, bytes: 10 },
      { kind: 'thumb', variant: 'grid@2x', files: 1, bytes: 20 },
    ],
    ...other,
  }
}

async function openStatistics(other: Partial<Statistics> = {}, answers: Answers = {}, locale: 'en' | 'de' = 'en') {
  const page = await openPage('/statistics', {
    answers: { 'statistics.library': () => statistics(other), 'volumes.list': () => [aVolume('Disk')], ...answers },
    locale,
  })
  await screen.findAllByRole('table')
  return page
}

const rowsOf = (name: string) =>
  within(screen.getByRole('table', { name }))
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent)

const cards = [
  { card: 'By kind', rows: ['Image4 kB1', 'Text3 kB2'] },
  { card: 'By extension', rows: ['.jpg4 kB1', 'without extension1 kB1', '2 other extensions2 kB1'] },
  { card: 'By age', rows: ['20192 kB1'] },
  { card: 'By location', rows: ['Photosoffline7 kB3'] },
  { card: 'Largest folders', rows: ['20192 kB1'] },
  { card: 'By volume', rows: ['Disk7 kB3', 'Goneoffline0 bytes0'] },
  // Variants of one kind are told together.
  { card: 'Made from files', rows: ['Thumbnails30 bytes2'] },
]

test('a library is told in tables: by kind, place, age and volume', async () => {
  await openStatistics()
  for (const { card, rows } of cards) expect({ card, rows: rowsOf(card) }).toEqual({ card, rows })
})

test('the headline says how much there is, twice, once, and not yet looked into', async () => {
  await openStatistics()
  const headline = screen.getByRole('region', { name: 'In this library' }).textContent
  expect(headline).toContain('In this library7 kB3 files, 2 folders')
  expect(headline).toContain('Duplicates1 kBcould be freed by removing 1 duplicate')
  expect(headline).toContain('Only one copy5 kB2 files')
  expect(headline).toContain('Not compared yet1 kB1 file')
})

test('where nothing is there twice the headline says so', async () => {
  await openStatistics({
    duplicates: { groups: 0, files: 0, reclaimableBytes: 0 },
    unidentified: { files: 0, bytes: 0 },
  })
  const headline = screen.getByRole('region', { name: 'In this library' }).textContent
  expect(headline).toContain('There are no duplicates.')
  expect(headline).not.toContain('Not compared yet')
})

const links = [
  { card: 'By kind', row: 'Image', search: { type: ['image'], hidden: true, sort: 'size' } },
  { card: 'By extension', row: '.jpg', search: { ext: ['jpg'], hidden: true, sort: 'size' } },
  { card: 'By age', row: '2019', search: { modified: '2019', hidden: true, sort: 'size' } },
  { card: 'By location', row: 'Photos offline', search: { path: '/photos' } },
  { card: 'Largest folders', row: '2019', search: { path: '/photos/2019' } },
  { card: 'By volume', row: 'Disk', search: { path: '/media/Disk' } },
]

test.for(links)('the row $row of $card leads to its files', async ({ card, row, search }) => {
  const page = await openStatistics()
  page.daemon.answer({
    'search.files': ({ query }) => ({ query, total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }),
  })
  await waitFor(() =>
    expect(within(screen.getByRole('table', { name: card })).getByRole('link', { name: row })).toBeTruthy(),
  )
  await page.user.click(within(screen.getByRole('table', { name: card })).getByRole('link', { name: row }))
  await waitFor(() => expect(page.search()).toMatchObject(search))
})

test('a volume with locations leads to those, and one that nobody can open to nothing', async () => {
  await openStatistics({}, { 'locations.list': () => [aLocation('/photos', { volumeId: volumeId(1) })] })
  const volumes = within(screen.getByRole('table', { name: 'By volume' }))
  await waitFor(() => expect(volumes.getByRole('link', { name: 'Disk' }).getAttribute('href')).toContain('/search?'))
  expect(volumes.getByRole('link', { name: 'Disk' }).getAttribute('href')).toContain('photos')
  expect(volumes.queryByRole('link', { name: /Gone/ })).toBeNull()
})

test('of many rows eight are shown, and all at a click', async () => {
  const byYear = Array.from({ length: 12 }, (_, i) => ({ modified: String(2024 - i), files: 1, bytes: 100 }))
  const { user } = await openStatistics({ byYear })
  expect(rowsOf('By age')).toHaveLength(8)
  await user.click(screen.getByRole('button', { name: 'Show all 12' }))
  expect(rowsOf('By age')).toHaveLength(12)
  await user.click(screen.getByRole('button', { name: 'Show fewer' }))
  expect(rowsOf('By age')).toHaveLength(8)
})

test('growth is a drawing that is pointed at, and a table that says the same', async () => {
  const page = await openStatistics()
  const drawing = screen.getByRole('img', { name: 'Grown from May 2019 to March 2024 to 7 kB' })
  expect(screen.getByText('March 2024: 7 kB, of which 5 kB changed then')).toBeTruthy()
  fireEvent.pointerMove(drawing, { clientX: 1 })
  expect(screen.getByText('May 2019: 2 kB, of which 2 kB changed then')).toBeTruthy()
  fireEvent.pointerLeave(drawing)
  expect(screen.getByText('March 2024: 7 kB, of which 5 kB changed then')).toBeTruthy()
  const details = screen.getByText('As a table').closest('details')!
  details.open = true
  fireEvent(details, new Event('toggle'))
  const table = within(await screen.findByRole('region', { name: 'Growth' }))
  expect(
    table
      .getAllByRole('row')
      .slice(1)
      .map((row) => row.textContent),
  ).toEqual(['March 20245 kB17 kB', 'May 20192 kB12 kB'])
  page.daemon.answer({
    'search.files': ({ query }) => ({ query, total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }),
  })
  await page.user.click(table.getByRole('link', { name: 'May 2019' }))
  await waitFor(() => expect(page.search()).toMatchObject({ modified: '2019-05' }))
})

test('figures follow what changes, some time after it', async () => {
  const { daemon } = await openStatistics()
  daemon.answer({ 'statistics.library': () => statistics({ byYear: [{ modified: '2024', files: 9, bytes: 9_000 }] }) })
  daemon.emit('tree.changed', { locationId: locationId(1), path: '/photos' })
  await waitFor(() => expect(rowsOf('By age')).toEqual(['20249 kB9']))
})

test('an empty library leads to the locations', async () => {
  const page = await openPage('/statistics', {
    answers: { 'statistics.library': () => statistics({ files: 0, folders: 0 }) },
  })
  await screen.findByRole('heading', { name: 'Nothing to count yet' })
  await page.user.click(screen.getByRole('link', { name: 'To the locations' }))
  await waitFor(() => expect(page.address()).toBe('/locations'))
})

test('statistics that fail are counted again', async () => {
  const page = await openPage('/statistics', {
    answers: {
      'statistics.library': () => {
        throw new Refusal('Internal', 'the index is broken')
      },
    },
  })
  await screen.findByText('The statistics could not be counted')
  page.daemon.answer({ 'statistics.library': () => statistics() })
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('table', { name: 'By kind' })).toBeTruthy()
})

test('statistics are German', async () => {
  await openStatistics({}, {}, 'de')
  expect(rowsOf('Nach Art')).toEqual(['Bild4 kB1', 'Text3 kB2'])
  expect(screen.getByRole('img', { name: 'Gewachsen von Mai 2019 bis März 2024 auf 7 kB' })).toBeTruthy()
})
