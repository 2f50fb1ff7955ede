// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import type { OutputOf } from '@spacedrive/client'
import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { aFile, aLocation, contentId } from '../../../testing/things.ts'
import { useComparisons } from './comparisons.ts'

type Group = OutputOf<'copies.list'>['groups'][number]

const copy = (path: string, online = true) => ({ ...aFile(path), location: null, volume: 'Disk', online })

function aGroup(of: number, other: Partial<Group> = {}): Group {
  const files = [copy(`/p/${of}/film ${of}.mp4`), copy(`/q/${of}/same ${of}.mp4`)]
  return {
    contentId: contentId(of),
    size: 900_000,
    copies: 2,
    reclaimableBytes: 900_000,
    verified: 'sampled',
    files,
    ...other,
  }
}

function listing(groups: readonly Group[]): Answers {
  return {
    'copies.list': ({ cursor, limit }) => {
      const from = Number(cursor ?? 0)
      const next = from + limit
      return {
        groups: groups.slice(from, next),
        totalGroups: groups.length,
        extraFiles: groups.reduce((sum, { copies }) => sum + copies - 1, 0),
        reclaimableBytes: groups.reduce((sum, { reclaimableBytes }) => sum + reclaimableBytes, 0),
        cursor: next < groups.length ? String(next) : null,
      }
    },
  }
}

beforeEach(() => useComparisons.setState({ byContent: new Map() }))

async function openCopies(groups: readonly Group[], answers: Answers = {}, to = '/duplicates') {
  const page = await openPage(to, { answers: { ...listing(groups), ...answers } })
  await screen.findByRole('heading', { level: 1, name: 'Duplicates' })
  return page
}

const groupOf = async (name: string) => (await screen.findByRole('heading', { level: 2, name })).closest('li')!
const same = { groups: [], notes: [], same: true }

test('copies are listed with what they take, how sure it is, and what could be freed', async () => {
  await openCopies([aGroup(1), aGroup(2, { size: 5, reclaimableBytes: 10, copies: 5, verified: 'full' })])
  const first = await groupOf('film 1.mp4')
  expect(first.textContent).toContain('2 × 900 kB · 900 kB could be freed')
  expect(first.textContent).toContain('Samples agree')
  const second = await groupOf('film 2.mp4')
  expect(second.textContent).toContain('Every byte agrees')
  expect(second.textContent).toContain('3 more copies; its details show all')
  expect(within(second).queryByRole('button')).toBeNull()
  expect(await screen.findByText('2 files have duplicates, 5 copies could be removed', { exact: false })).toBeTruthy()
})

test('each copy leads to its folder, and says where its disk is away', async () => {
  const page = await openCopies([aGroup(1, { files: [copy('/p/a.txt'), copy('/usb/b.txt', false)] })])
  const group = await groupOf('a.txt')
  expect(within(group).getByText('Offline')).toBeTruthy()
  expect(within(group).getByRole('link', { name: '/p/a.txt' }).getAttribute('href')).toBe(
    '/browse?path=%2Fp&sel=%2Fp%2Fa.txt',
  )
  expect(page.daemon.asksOf('copies.list')[0]).toMatchObject({ types: [], below: [] })
})

test('copies are compared whole, and are the same', async () => {
  const { daemon, user } = await openCopies([aGroup(1)], { 'copies.compare': () => same })
  const group = await groupOf('film 1.mp4')
  await user.click(within(group).getByRole('button', { name: 'Compare the copies of film 1.mp4 byte by byte' }))
  expect(await within(group).findByText('Every byte agrees')).toBeTruthy()
  expect(daemon.asksOf('copies.compare')).toEqual([{ contentId: contentId(1) }])
})

test('while copies are compared the group says so', async () => {
  const { promise, resolve } = Promise.withResolvers<typeof same>()
  const { user } = await openCopies([aGroup(1)], { 'copies.compare': () => promise })
  const group = await groupOf('film 1.mp4')
  const compare = within(group).getByRole('button')
  await user.click(compare)
  expect(await within(group).findByText('Comparing…')).toBeTruthy()
  expect(compare.hasAttribute('disabled')).toBe(true)
  resolve(same)
  expect(await within(group).findByText('Every byte agrees')).toBeTruthy()
})

test('copies that differ behind their samples are named', async () => {
  const notes = [{ path: '/q/1/same 1.mp4', message: 'other content' }]
  const { user } = await openCopies([aGroup(1)], { 'copies.compare': () => ({ groups: [], notes, same: false }) })
  const group = await groupOf('film 1.mp4')
  await user.click(within(group).getByRole('button'))
  expect(await within(group).findByText('Not all the same')).toBeTruthy()
  expect(within(group).getByText('/q/1/same 1.mp4: other content')).toBeTruthy()
})

test('copies that cannot be compared say why', async () => {
  const { user } = await openCopies([aGroup(1)], {
    'copies.compare': () => {
      throw new Refusal('Offline', 'the disk is away')
    },
  })
  const group = await groupOf('film 1.mp4')
  await user.click(within(group).getByRole('button'))
  expect(await within(group).findByText('the disk is away')).toBeTruthy()
})

test('all are compared one after the other, and what came of it is said', async () => {
  const { daemon, user } = await openCopies([aGroup(1), aGroup(2, { verified: 'full' }), aGroup(3)], {
    'copies.compare': (input) => ({ ...same, same: input.contentId === contentId(1) }),
  })
  await user.click(await screen.findByRole('button', { name: 'Compare all byte by byte' }))
  expect(await toastOf('3 files compared with their copies')).toBeTruthy()
  expect(await toastOf('1 has copies that differ.')).toBeTruthy()
  // What was read whole already is not read again.
  expect(daemon.asksOf('copies.compare').map((each) => each.contentId)).toEqual([contentId(1), contentId(3)])
})

test('comparing all is stopped', async () => {
  const { daemon, user } = await openCopies([aGroup(1), aGroup(2)], { 'copies.compare': () => new Promise(() => {}) })
  await user.click(await screen.findByRole('button', { name: 'Compare all byte by byte' }))
  expect(await screen.findByText('0 / 2')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Stop' }))
  expect(await screen.findByRole('button', { name: 'Compare all byte by byte' })).toBeTruthy()
  expect(daemon.asksOf('copies.compare')).toHaveLength(1)
  expect(within(await groupOf('film 1.mp4')).getByText('Samples agree')).toBeTruthy()
})

test('of very many groups few are in the document, and more are asked for near the end', async () => {
  const many = Array.from({ length: 3_000 }, (_, i) => aGroup(i + 1))
  const { daemon } = await openCopies(many)
  await groupOf('film 1.mp4')
  expect(screen.getAllByRole('heading', { level: 2 }).length).toBeLessThan(30)
  expect((await groupOf('film 1.mp4')).getAttribute('aria-setsize')).toBe('3000')
  expect(daemon.asksOf('copies.list').length).toBeLessThan(4)
})

test('where nothing is there twice the page says how copies are found', async () => {
  await openCopies([])
  expect(await screen.findByRole('heading', { name: 'No two files hold the same content' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Compare all byte by byte' })).toBeNull()
})

test('copies that cannot be listed are asked for again', async () => {
  const { daemon, user } = await openCopies([], {
    'copies.list': () => {
      throw new Refusal('Internal', 'the index is broken')
    },
  })
  await screen.findByText('The copies cannot be shown')
  daemon.answer(listing([aGroup(1)]))
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await groupOf('film 1.mp4')).toBeTruthy()
})

test('a type and a place narrow the copies', async () => {
  const { daemon, search, user } = await openCopies([aGroup(1)], {
    'locations.list': () => [aLocation('/p', { name: 'Papers' })],
  })
  await user.click(screen.getByRole('button', { name: 'Type' }))
  await user.click(await screen.findByRole('checkbox', { name: 'Video' }))
  await waitFor(() => expect(search()).toEqual({ type: ['video'] }))
  await user.keyboard('{Escape}')
  await user.click(screen.getByRole('button', { name: 'Where' }))
  await user.click(await screen.findByRole('checkbox', { name: 'Papers' }))
  await waitFor(() => expect(search()).toEqual({ type: ['video'], in: ['/p'] }))
  await waitFor(() => expect(daemon.asksOf('copies.list').at(-1)).toMatchObject({ types: ['video'], below: ['/p'] }))
})

const unique: Answers = {
  'copies.unique': () => ({
    items: [copy('/p/once.txt'), copy('/usb/away.txt', false)],
    total: 2,
    totalBytes: 2_000,
    cursor: null,
  }),
}

test('what exists once is listed by itself', async () => {
  const { user } = await openCopies([aGroup(1)], unique)
  await user.click(screen.getByRole('link', { name: 'Only one copy' }))
  expect(await screen.findByText('2 files')).toBeTruthy()
  expect(screen.getByText(/the library knows no other copy of them/)).toBeTruthy()
  expect(screen.getByRole('link', { name: /once\.txt/ }).getAttribute('href')).toContain('sel=%2Fp%2Fonce.txt')
})

test('where every file has a copy the page says so', async () => {
  await openCopies(
    [],
    { 'copies.unique': () => ({ items: [], total: 0, totalBytes: 0, cursor: null }) },
    '/duplicates?show=unique',
  )
  expect(await screen.findByRole('heading', { name: 'No file exists only once' })).toBeTruthy()
})
