import type { Job, Location, NetworkDevice, Transfer, Volume } from '@spacedrive/core/domain'
import type { Event } from '@spacedrive/core/events'
import { describe, expect, test } from 'vitest'
import { plainStyle } from '../text/style.ts'
import { eventText } from './event-line.ts'
import { textWidth } from '../text/width.ts'
import { monitorScreen } from './screen.ts'
import {
  type MonitorState,
  emptyState,
  moveSelection,
  nextFilter,
  selectedJob,
  shownJobs,
  withEvent,
  withJobs,
} from './state.ts'

process.env.TZ = 'UTC'
const now = Date.parse('2026-03-01T12:00:00Z')

function job(n: number, over: Partial<Job> = {}): Job {
  return {
    id: `01890000-0000-7000-8000-00000000000${n}` as Job['id'],
    name: 'indexing.location',
    subject: '01890000-0000-7000-8000-0000000000a1',
    status: 'running',
    priority: 0,
    parentId: null,
    progress: { phase: 'identify', done: 52_000, total: 100_000, bytes: 1_200_000_000, rate: 34_000, etaMs: 1_400 },
    attempts: 1,
    createdAt: '2026-03-01T11:59:00Z',
    startedAt: '2026-03-01T11:59:00Z',
    endedAt: null,
    error: null,
    warnings: 0,
    ...over,
  }
}

const location: Location = {
  id: '01890000-0000-7000-8000-0000000000a1' as Location['id'],
  name: 'Pictures',
  path: '/home/ann/Pictures',
  mode: 'content',
  watch: true,
  state: 'scanning',
  volumeId: null,
  rules: [],
  maxDepth: null,
  policy: {},
  counts: { files: 12_345, directories: 678, symlinks: 0, others: 0, bytes: 4_200_000_000 },
  lastScanAt: '2026-03-01T11:00:00Z',
  error: null,
}

const device: NetworkDevice = {
  id: '01890000-0000-7000-8000-0000000000d1' as NetworkDevice['id'],
  name: 'bob',
  slug: 'bob',
  os: 'linux',
  state: 'connected',
  path: 'direct',
  latencyMs: 2.1,
  lastSeenAt: '2026-03-01T12:00:00Z',
}

const transfer: Transfer = {
  id: '01890000-0000-7000-8000-0000000000e1',
  direction: 'in',
  device: { id: device.id, name: 'bob' },
  title: 'trip',
  state: 'running',
  files: { done: 3, total: 9 },
  bytes: { done: 1e9, total: 4e9 },
  rate: 5e6,
  etaMs: 600_000,
  via: 'tcp',
  folder: '/home/ann/Downloads',
  leftOut: 0,
  failed: 0,
  failures: [],
  notes: [],
  error: null,
  createdAt: '2026-03-01T11:59:00Z',
  endedAt: null,
}

const volume: Volume = {
  id: null,
  fingerprint: 'f1',
  name: 'Blue disk 日本',
  mountPoint: '/media/ann/blue-disk',
  kind: 'external',
  disk: 'ssd',
  filesystem: 'ext4',
  totalBytes: 500_000_000_000,
  freeBytes: 120_000_000_000,
  tracked: true,
  online: true,
  readOnly: false,
  cow: false,
  removable: true,
  readBytesPerSecond: null,
  writeBytesPerSecond: null,
}

function event(seq: number, rest: Pick<Event, 'type' | 'data'>): Event {
  return { ...rest, seq, at: `2026-03-01T11:59:0${seq}Z`, libraryId: null } as Event
}

function busyState(): MonitorState {
  const jobs = [
    job(1),
    job(2, {
      status: 'queued',
      progress: { phase: '', done: 0, total: null, bytes: 0, rate: null, etaMs: null },
      startedAt: null,
    }),
    job(3, { status: 'completed', warnings: 3, endedAt: '2026-03-01T11:55:00Z' }),
    job(4, {
      status: 'failed',
      endedAt: '2026-03-01T11:50:00Z',
      error: { code: 'DiskFull', message: 'no space left in /home/ann\u001b[31m' },
    }),
  ]
  const start: MonitorState = {
    ...withJobs(emptyState(now), jobs),
    status: {
      version: '0.1.0',
      instance: 'default',
      dataDir: '/home/ann/.local/share/spacedrive',
      pid: 4242,
      uptimeMs: 7_500_000,
      library: { id: '01890000-0000-7000-8000-0000000000b1' as never, name: 'My Library' },
      libraries: 1,
      jobs: { running: 1, queued: 1, paused: 0 },
      network: { state: 'off' },
      memory: { rssBytes: 84_000_000 },
      explorer: null,
      tokenFile: null,
      httpSocket: null,
      exposed: null,
      damaged: [],
      notices: [],
    },
    locations: [
      location,
      {
        ...location,
        id: '01890000-0000-7000-8000-0000000000a2' as Location['id'],
        name: 'Blue',
        state: 'offline',
        error: 'the volume Blue disk is not mounted',
      },
    ],
    volumes: [volume],
  }
  return [
    event(1, { type: 'location.added', data: location }),
    event(2, {
      type: 'watcher.degraded',
      data: { locationId: location.id, path: '/home/ann/Pictures', message: 'too few inotify watches', help: null },
    }),
    event(3, {
      type: 'job.warned',
      data: {
        jobId: job(1).id,
        code: 'PermissionDenied',
        message: 'permission denied',
        path: '/home/ann/Pictures/secret',
      },
    }),
  ].reduce(withEvent, start)
}

describe('the screen', () => {
  test.each([
    [80, 24],
    [200, 50],
    [60, 20],
  ])('at %i × %i fills it exactly', async (width, height) => {
    const lines = monitorScreen(busyState(), { width, height }, plainStyle)
    expect(lines).toHaveLength(height)
    expect(lines.filter((line) => textWidth(line) > width)).toEqual([])
    await expect(`${lines.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(
      `../../test/golden/monitor-${width}x${height}.txt`,
    )
  })

  test('shows the selected job in full, and the keys', async () => {
    const size = { width: 80, height: 24 }
    const details = monitorScreen({ ...busyState(), overlay: 'details' }, size, plainStyle)
    await expect(`${details.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(
      '../../test/golden/monitor-details.txt',
    )
    const help = monitorScreen({ ...busyState(), overlay: 'help' }, size, plainStyle)
    await expect(`${help.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(
      '../../test/golden/monitor-help.txt',
    )
  })

  test('has something to say when there is nothing', () => {
    const size = { width: 80, height: 24 }
    const unasked = monitorScreen(emptyState(now), size, plainStyle)
    expect(unasked.filter((line) => line === '  …')).toHaveLength(3)
    const lines = monitorScreen(withJobs(emptyState(now), []), size, plainStyle)
    expect(lines).toHaveLength(24)
    expect(lines).toContain('  nothing to do')
  })
})

test('an event without a text of its own shows the fields that most events have', () => {
  const nameOf = (id: string) => (id === location.id ? 'Pictures' : id)
  const locationId = location.id
  expect(eventText('location.removed', { locationId }, nameOf)).toBe('Pictures')
  expect(eventText('location.state-changed', { locationId, state: 'offline', error: 'the disk is gone' }, nameOf)).toBe(
    'Pictures offline: the disk is gone',
  )
  expect(eventText('network.state-changed', { state: 'running', error: null }, nameOf)).toBe('running')
  expect(eventText('library.failed', { path: '/x', message: 'no such folder' }, nameOf)).toBe('/x: no such folder')
  expect(eventText('core.stopped', {}, nameOf)).toBe('')
})

describe('the state', () => {
  test('events change what they are about', () => {
    const ended = withEvent(busyState(), event(4, { type: 'job.ended', data: job(1, { status: 'completed' }) }))
    expect(ended.jobs[0]?.job.status).toBe('completed')
    const moved = withEvent(
      ended,
      event(5, { type: 'location.state-changed', data: { locationId: location.id, state: 'complete', error: null } }),
    )
    expect(moved.locations[0]?.state).toBe('complete')
    expect(moved.events.map((heard) => heard.event.seq)).toEqual([5, 4, 3, 2, 1])
  })

  test('what happens again and again is one line', () => {
    const changed = { type: 'tree.changed', data: { locationId: location.id, path: '/home/ann/Pictures' } } as const
    const state = [event(4, changed), event(5, changed), event(6, changed)].reduce(withEvent, busyState())
    expect(state.events.slice(0, 2)).toMatchObject([
      { times: 3, event: { seq: 6 } },
      { times: 1, event: { seq: 3 } },
    ])
  })

  test('progress changes the job and is no news', () => {
    const before = busyState()
    const after = withEvent(
      before,
      event(4, {
        type: 'job.progressed',
        data: job(1, { progress: { phase: 'identify', done: 40_000, total: 100_000, bytes: 0, rate: 1, etaMs: 1 } }),
      }),
    )
    expect(after.events).toEqual(before.events)
    // The count went back, the bar does not.
    expect(after.jobs[0]).toMatchObject({ share: 0.52, job: { progress: { done: 40_000 } } })
  })

  test('devices, their ways and what is on its way between them are told as they change', () => {
    const connected = withEvent(busyState(), event(4, { type: 'device.connected', data: device }))
    const running = withEvent(connected, event(5, { type: 'transfer.changed', data: transfer }))
    const shown = monitorScreen(running, { width: 160, height: 40 }, plainStyle).join('\n')
    expect(shown).toMatch(/bob\s+connected\s+direct, 2\.1 ms\s+5 MB\/s/)
    expect(shown).toMatch(/↓ trip\s+running\s+1 GB of 4 GB\s+5 MB\/s/)
    // How far it is is no news.
    const later = withEvent(running, event(6, { type: 'transfer.changed', data: { ...transfer, rate: 7e6 } }))
    expect(later.events).toEqual(running.events)
    expect(later.transfers).toMatchObject([{ rate: 7e6 }])
    const away = withEvent(
      later,
      event(7, { type: 'device.disconnected', data: { deviceId: device.id, reason: 'gone' } }),
    )
    expect(away.devices).toMatchObject([{ state: 'disconnected', path: null }])
    const revoked = withEvent(away, event(8, { type: 'device.revoked', data: { deviceId: device.id, name: 'bob' } }))
    expect(revoked.devices).toEqual([])
  })

  test('selection moves within what the filter shows', () => {
    const state = busyState()
    expect(selectedJob(state)?.job.id).toBe(job(1).id)
    expect(selectedJob(moveSelection(moveSelection(state, 1), 1))?.job.id).toBe(job(3).id)
    expect(selectedJob(moveSelection(state, -1))?.job.id).toBe(job(1).id)
    const active = nextFilter(state)
    expect(shownJobs(active).map((view) => view.job.status)).toEqual(['running', 'queued'])
  })
})
