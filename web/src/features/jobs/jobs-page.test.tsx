// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import type { Job, Transfer } from '@spacedrive/core/domain'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import {
  aDevice,
  aJob,
  aLocation,
  anOffer,
  aTransfer,
  contentId,
  jobId,
  locationId,
  THEN,
} from '../../../testing/things.ts'

const failedJob = aJob('indexing.content', {
  id: jobId(2),
  status: 'failed',
  startedAt: '2024-03-12T11:58:00.000Z',
  endedAt: THEN,
  error: { code: 'DiskFull', message: 'no space left on /data' },
  warnings: 2,
})

async function openJobs(answers: Answers = {}, locale: 'en' | 'de' = 'en') {
  const page = await openPage('/jobs', { answers, locale })
  await screen.findByRole('heading', { level: 1 })
  return page
}

const main = () => screen.getByRole('main')
const tray = () => screen.getByRole('contentinfo', { name: 'Jobs' })
/** The row of the page that says this. */
const rowOf = async (text: string) => (await within(main()).findByText(text)).closest('li')!

test('where no job has run the page says what jobs are', async () => {
  await openJobs()
  expect(await screen.findByRole('heading', { name: 'No job has run yet' })).toBeTruthy()
  expect(tray().textContent).toContain('No active jobs')
})

test('a job that runs says what it does, how far it is, and how long it takes', async () => {
  const progress = { phase: 'read', done: 1_500, total: 6_000, bytes: 0, rate: 10, etaMs: 90_000 }
  await openJobs({
    'jobs.list': () => [aJob('indexing.location', { subject: locationId(1), progress })],
    'locations.list': () => [aLocation('/photos', { name: 'Photos' })],
  })
  const row = await rowOf('Indexing: Photos')
  expect(row.textContent).toContain('running')
  expect(row.textContent).toContain('reading1,500 / 6,0001 min 30 sec left')
  expect(within(row).getByRole('progressbar', { name: 'Indexing: Photos' }).getAttribute('aria-valuenow')).toBe('25')
  await waitFor(() => expect(tray().textContent).toContain('Indexing: Photos'))
})

test('a job whose total is not known counts up', async () => {
  const progress = { phase: 'discover', done: 1_204, total: null, bytes: 0, rate: null, etaMs: null }
  await openJobs({ 'jobs.list': () => [aJob('indexing.location', { progress })] })
  const row = await rowOf('Indexing')
  expect(row.textContent).toContain('looking for files1,204')
  expect(within(row).getByRole('progressbar').hasAttribute('aria-valuenow')).toBe(false)
})

test('a job that this page does not know keeps its name', async () => {
  await openJobs({ 'jobs.list': () => [aJob('new.thing')] })
  expect(await rowOf('new.thing')).toBeTruthy()
})

test('a job that failed says why, how long it took, and how many problems it had', async () => {
  await openJobs({ 'jobs.list': () => [failedJob] })
  const row = await rowOf('Identifying contents')
  expect(row.textContent).toContain('failed')
  expect(row.textContent).toContain('no space left on /data')
  expect(row.textContent).toContain('Mar 12, 2024 · took 2 min')
  expect(row.textContent).toContain('2 problems')
  expect(tray().textContent).toContain('1 failed')
})

test('the failures in the status bar lead to the failed items, and stay dismissed until the next one', async () => {
  const jobs = [failedJob]
  const page = await openPage('/locations', { answers: { 'jobs.list': () => jobs } })
  await page.user.click(await screen.findByRole('link', { name: '1 failed' }))
  const title = await screen.findByRole('heading', { name: 'Failed jobs' })
  expect(title.closest('#failed')?.textContent).toContain('no space left on /data')
  await page.user.click(within(tray()).getByRole('button', { name: 'Dismiss until the next failure' }))
  expect(within(tray()).queryByText('1 failed')).toBeNull()
  expect(document.activeElement?.textContent).toBe('Jobs')
  jobs.push({ ...failedJob, id: jobId(3), endedAt: '2024-03-12T13:00:00.000Z' })
  page.daemon.emit('job.ended', jobs[1]!)
  await within(tray()).findByRole('link', { name: '1 failed' })
})

test('a failed job is told in German', async () => {
  await openJobs({ 'jobs.list': () => [failedJob] }, 'de')
  const list = await screen.findByText(/Auf dem Datenträger ist kein Platz mehr/)
  expect(list.querySelector('[lang=en]')?.textContent ?? list.textContent).toContain('no space left on /data')
})

const controls: readonly { status: Job['status']; buttons: readonly string[] }[] = [
  { status: 'queued', buttons: ['Pause', 'Cancel'] },
  { status: 'running', buttons: ['Pause', 'Cancel'] },
  { status: 'paused', buttons: ['Resume', 'Cancel'] },
  { status: 'failed', buttons: ['Try again'] },
  { status: 'cancelled', buttons: ['Try again'] },
  { status: 'completed', buttons: [] },
]

test.for(controls)('a job that is $status can be: $buttons', async ({ buttons, status }) => {
  const endedAt = ['failed', 'cancelled', 'completed'].includes(status) ? THEN : null
  await openJobs({ 'jobs.list': () => [aJob('indexing.location', { status, endedAt })] })
  const row = await rowOf('Indexing')
  const shown = within(row)
    .getAllByRole('button')
    .map((button) => button.getAttribute('aria-label') ?? button.textContent)
  expect(shown).toEqual(['Details', ...buttons])
})

test('a job is paused, goes on, and the page follows', async () => {
  const job = aJob('indexing.location')
  const { daemon, user } = await openJobs({
    'jobs.list': () => [job],
    'jobs.pause': () => ({ ...job, status: 'paused' }),
  })
  const row = await rowOf('Indexing')
  await user.click(within(row).getByRole('button', { name: 'Pause' }))
  await waitFor(() => expect(daemon.asksOf('jobs.pause')).toEqual([{ job: jobId(1) }]))
  daemon.answer({ 'jobs.list': () => [{ ...job, status: 'paused' }] })
  daemon.emit('job.paused', { ...job, status: 'paused' })
  expect(await within(row).findByRole('button', { name: 'Resume' })).toBeTruthy()
})

test('what cannot be done with a job is said', async () => {
  const { user } = await openJobs({
    'jobs.list': () => [failedJob],
    'jobs.retry': () => {
      throw new Refusal('NotFound', 'the job is gone')
    },
  })
  const row = await rowOf('Identifying contents')
  await user.click(within(row).getByRole('button', { name: 'Try again' }))
  expect(await toastOf('That could not be done')).toBeTruthy()
  expect(await toastOf('the job is gone')).toBeTruthy()
})

test('the details of a job are a dialog with its problems and its log, which gives the focus back', async () => {
  const { user } = await openJobs({
    'jobs.list': () => [failedJob],
    'jobs.info': () => ({
      ...failedJob,
      input: {},
      output: null,
      warningList: [
        { code: 'PermissionDenied', message: 'cannot read it', path: '/p/a.txt', phase: 'read', at: THEN },
        { code: 'Corrupt', message: 'it is damaged', path: null, phase: '', at: THEN },
      ],
      log: [`{"time":"${THEN}","level":"info","files":3,"msg":"begun"}`, 'ended'],
    }),
  })
  const details = within(await rowOf('Identifying contents')).getByRole('button', { name: 'Details' })
  await user.click(details)
  const dialog = await screen.findByRole('dialog', { name: 'Identifying contents' })
  await within(dialog).findByText('Problems')
  expect(within(dialog).getByText('/p/a.txt').closest('li')?.textContent).toContain('cannot read it')
  const log = within(dialog).getByRole('heading', { name: 'Log' }).parentElement!
  const lines = within(log).getAllByRole('listitem')
  expect(lines.map((line) => line.textContent)).toEqual([expect.stringMatching(/^\w+ .* begun \(files: 3\)$/), 'ended'])
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(document.activeElement).toBe(details))
})

test('the list of jobs that cannot be had says so, and is asked for again', async () => {
  const { daemon, user } = await openJobs({
    'jobs.list': () => {
      throw new Refusal('Internal', 'the database is locked')
    },
  })
  expect(await within(main()).findByText('the database is locked')).toBeTruthy()
  daemon.answer({ 'jobs.list': () => [] })
  await user.click(within(main()).getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('heading', { name: 'No job has run yet' })).toBeTruthy()
})

test('the tray shows the job that runs, and counts the others', async () => {
  await openJobs({
    'jobs.list': () => [
      aJob('sidecars.generate', { id: jobId(3), status: 'queued' }),
      aJob('indexing.location'),
      aJob('indexing.content', { id: jobId(4), status: 'paused' }),
    ],
  })
  await waitFor(() => expect(tray().textContent).toContain('Indexing'))
  expect(tray().textContent).toContain('2 more jobs')
})

test('offers that wait for an answer are in the tray, and lead to the devices', async () => {
  const { address, user } = await openJobs({
    'offers.list': () => [anOffer(), anOffer({ id: anOffer().id, direction: 'out' })],
    'network.devices': () => [aDevice('bob')],
  })
  await user.click(await within(tray()).findByRole('link', { name: '1 offer to accept' }))
  await waitFor(() => expect(address()).toBe('/devices'))
})

test('what could not be made is listed once for each file, with its reason, and tried again', async () => {
  const failed = {
    kind: 'thumb' as const,
    variant: 'grid@1x',
    state: 'failed' as const,
    attempts: 2,
    error: { code: 'Corrupt', message: 'the picture is damaged' },
    contentId: contentId(1),
    path: '/p/a.jpg',
    nextAttemptAt: null,
  }
  const { daemon, user } = await openJobs({
    'sidecars.pending': ({ queued }) =>
      queued ? [] : [failed, { ...failed, variant: 'grid@2x' }, { ...failed, contentId: contentId(2), path: null }],
    'sidecars.retry': () => ({ queued: 3 }),
  })
  const row = await rowOf('/p/a.jpg')
  expect(row.textContent).toContain('thumbnails (grid@1x, grid@2x): the picture is damaged (attempt 2)')
  expect(within(row).getByRole('link').getAttribute('href')).toContain('sel=%2Fp%2Fa.jpg&inspector=true')
  expect(await rowOf('a file that is gone')).toBeTruthy()
  await user.click(within(row).getByRole('button', { name: 'Try again: a.jpg' }))
  await waitFor(() => expect(daemon.asksOf('sidecars.retry')).toEqual([{ target: contentId(1), kind: 'thumb' }]))
  await user.click(screen.getByRole('button', { name: 'Try all again' }))
  await waitFor(() => expect(daemon.asksOf('sidecars.retry')).toHaveLength(2))
  expect(await toastOf('3 are tried again')).toBeTruthy()
})

test('a preview that waits is cancelled alone; one that is being made cannot be', async () => {
  const waiting = {
    kind: 'transcript' as const,
    variant: 'default',
    state: 'pending' as const,
    attempts: 0,
    error: null,
    contentId: contentId(1),
    path: '/p/talk.mp3',
    nextAttemptAt: null,
  }
  const { daemon, user } = await openJobs({
    'sidecars.pending': ({ queued }) =>
      queued ? [waiting, { ...waiting, contentId: contentId(2), path: '/p/now.mp3', state: 'generating' }] : [],
    'sidecars.cancel': () => ({ cancelled: 1 }),
  })
  const row = await rowOf('/p/now.mp3')
  expect(row.textContent).toContain('running')
  expect(within(row).queryByRole('button')).toBeNull()
  await user.click(within(await rowOf('/p/talk.mp3')).getByRole('button', { name: 'Cancel transcripts of talk.mp3' }))
  await waitFor(() => expect(daemon.asksOf('sidecars.cancel')).toEqual([{ target: contentId(1), kind: 'transcript' }]))
  expect(await toastOf('1 preview cancelled')).toBeTruthy()
})

test('what waits and what nothing here can make say why', async () => {
  await openJobs(
    {
      'sidecars.hindrances': () => ({
        held: [{ kind: 'proxy', cause: 'battery', reason: 'on battery' }],
        off: [{ kind: 'transcript', cause: 'missing', reason: 'install whisper-cpp' }],
      }),
    },
    'de',
  )
  expect(await screen.findByText('Es wartet, bis der Rechner nicht mehr vom Akku läuft.')).toBeTruthy()
  expect(screen.getByText('install whisper-cpp').lang).toBe('en')
})

test('a transfer says with whom, how far, how fast and by which way', async () => {
  await openJobs({ 'transfers.list': () => [aTransfer()] })
  const row = await rowOf('letters')
  expect(row.textContent).toContain('from bob')
  expect(row.textContent).toContain('1 MB / 4 MB500 kB/s6 sec leftover a connection of its own')
  expect(within(row).getByRole('link').getAttribute('href')).toContain('Downloads')
  expect(tray().textContent).toContain('letters from bob')
})

const transferControls: readonly { state: Transfer['state']; direction: 'in' | 'out'; buttons: readonly string[] }[] = [
  { state: 'waiting', direction: 'in', buttons: ['Pause', 'Cancel'] },
  { state: 'running', direction: 'out', buttons: ['Pause', 'Cancel'] },
  { state: 'paused', direction: 'in', buttons: ['Resume', 'Cancel'] },
  { state: 'failed', direction: 'in', buttons: ['Resume'] },
  // It is gone on with where it comes to.
  { state: 'failed', direction: 'out', buttons: [] },
  { state: 'completed', direction: 'in', buttons: [] },
]

test.for(transferControls)('a transfer $direction that is $state can be: $buttons', async (each) => {
  const endedAt = each.state === 'failed' || each.state === 'completed' ? THEN : null
  await openJobs({ 'transfers.list': () => [aTransfer({ state: each.state, direction: each.direction, endedAt })] })
  const row = await rowOf('letters')
  const shown = within(row)
    .queryAllByRole('button')
    .map((button) => button.getAttribute('aria-label'))
  expect(shown).toEqual(each.buttons)
})

test('what of a transfer has failed is folded, the first few of many', async () => {
  const failures = Array.from({ length: 8 }, (_, i) => ({ path: `${i}.txt`, code: 'Offline', message: 'bob has gone' }))
  await openJobs({
    'transfers.list': () => [aTransfer({ state: 'failed', endedAt: THEN, failed: 30, failures, leftOut: 2 })],
  })
  const row = await rowOf('letters')
  expect(row.textContent).toContain('2 items left out')
  expect(row.querySelector('summary')?.textContent).toBe('30 problems')
  expect(row.querySelectorAll('details li')).toHaveLength(5)
})

test('a transfer goes on as the daemon tells', async () => {
  const { daemon } = await openJobs({ 'transfers.list': () => [aTransfer()] })
  const row = await rowOf('letters')
  const done = aTransfer({ bytes: { done: 3_000_000, total: 4_000_000 } })
  daemon.answer({ 'transfers.list': () => [done] })
  daemon.emit('transfer.changed', done)
  await waitFor(() => expect(row.textContent).toContain('3 MB / 4 MB'))
})
