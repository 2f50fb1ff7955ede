import type { Entry, Job, Location, Volume } from '@spacedrive/core/domain'
import type { Ops } from '@spacedrive/daemon/ops'
import { expect, test } from 'vitest'
import type { OutputOf } from '@spacedrive/client'
import { plainStyle, type Style } from '../text/style.ts'
import { textWidth } from '../text/width.ts'
import { renderOutput } from './index.ts'
import { logLine } from './log-line.ts'

process.env.TZ = 'UTC'
const now = Date.parse('2026-03-01T12:00:00Z')
const marked: Style = (tone, text) => (tone === 'match' ? `[${text}]` : text)

/** The answer as it looks at 80 columns. */
async function look<N extends keyof Ops>(name: N, output: OutputOf<N>, style = plainStyle): Promise<string> {
  const names = new Map([['01890000-0000-7000-8000-0000000000a1', 'Pictures']])
  const view = { width: 80, verbose: false, now, names, withTypedCommands: (text: string) => text }
  const plain = await renderOutput(name, output, { ...view, style: plainStyle })
  expect(plain.filter((line) => textWidth(line) > 80)).toEqual([])
  const lines = await renderOutput(name, output, { ...view, style })
  return `${lines.join('\n')}\n`
}

function golden(file: string): string {
  return `../../test/golden/${file}.txt`
}

function why(...ranges: [number, number][]): { field: 'name'; ranges: [number, number][] }[] {
  return [{ field: 'name', ranges }]
}

function entry(name: string, over: Partial<Entry> = {}): Entry {
  return {
    id: null,
    path: `/home/ann/Pictures/2024/${name}`,
    name,
    kind: 'file',
    type: 'image',
    extension: 'jpg',
    mime: 'image/jpeg',
    size: 2_345_678,
    allocated: 2_347_008,
    modifiedAt: '2025-07-14T08:30:00Z',
    createdAt: null,
    contentId: null,
    hidden: false,
    childCount: null,
    fileCount: null,
    totalSize: null,
    ...over,
  }
}

const nasty = [
  entry('holiday', { kind: 'directory', childCount: 12, fileCount: 1_204, totalSize: 4_200_000_000 }),
  entry('new', { kind: 'directory' }),
  entry('日本語の写真.jpg'),
  entry('red\u001b[31m.jpg', { size: 0 }),
  entry('photo\u202Egpj.exe', { type: 'executable' }),
  entry('two\nlines.txt', { type: 'text', size: 12 }),
  entry('a name that is so long that no terminal of eighty columns has room for all of it.jpeg'),
  entry('link', { kind: 'symlink', size: 11 }),
  entry('fifo', { kind: 'other', size: 0 }),
  entry('node_modules', { kind: 'directory', hiddenBy: 'developer folders' }),
]

test('a folder, with everything a name can hold', async () => {
  await expect(
    await look('files.list', {
      path: '/home/ann',
      source: 'index',
      items: nasty,
      total: 12,
      online: true,
    }),
  ).toMatchFileSnapshot(golden('file-list'))
})

test('all that is known of a file', async () => {
  await expect(
    await look('files.info', {
      ...entry('cat.jpg', {
        createdAt: '2025-07-14T08:30:00Z',
        contentId: '5e8f2f2a-0000-5000-8000-000000000001' as Entry['contentId'],
      }),
      contentHash: '00ff00ff00ff00ff',
      integrityHash: null,
      copies: [
        { path: '/home/ann/Pictures/2024/cat.jpg', device: 'laptop', volume: null, online: true },
        {
          path: '/media/blue/backup/pictures/of/many/years/gone/by/2024/cat.jpg',
          device: 'laptop',
          volume: null,
          online: false,
        },
      ],
      sidecars: [],
      metadata: { width: 4000, focalLength: '35 mm', camera: 'X100' },
      rules: [],
      looksLike: 'png, named .jpg',
      history: [],
      online: true,
    }),
  ).toMatchFileSnapshot(golden('file-info'))
})

test('found files, with what matched marked and what is offline said', async () => {
  const location = { id: '01890000-0000-7000-8000-0000000000a1' as Location['id'], name: 'Pictures' }
  await expect(
    await look(
      'search.files',
      {
        query: 'holi cat',
        total: 1_204,
        totalIsExact: true,
        tookMs: 3,
        items: [
          { ...entry('holiday cat.jpg'), location, online: true, why: why([0, 4], [8, 11]) },
          { ...entry('日本holi-cat.jpg'), location, online: false, why: why([2, 6], [7, 10]) },
        ],
        cursor: 'next',
      },
      marked,
    ),
  ).toMatchFileSnapshot(golden('search'))
})

test('what found files say, around what matched', async () => {
  const location = { id: '01890000-0000-7000-8000-0000000000a1' as Location['id'], name: 'Papers' }
  const said = (snippet: string, words: RegExp, page: number | null = null) => ({
    field: 'text' as const,
    kind: 'text' as const,
    page,
    snippet,
    ranges: [...snippet.matchAll(words)].map(({ 0: word, index }): [number, number] => [index, index + word.length]),
  })
  await expect(
    await look(
      'search.files',
      {
        query: 'acme invoice',
        total: 4,
        totalIsExact: true,
        tookMs: 3,
        items: [
          { ...entry('acme invoice.pdf'), location, online: true, why: why([0, 4], [5, 12]) },
          {
            ...entry('scan 17.pdf'),
            location,
            online: true,
            why: [said('The invoice\u202e of Acme', /invoice|Acme/g, 12)],
          },
          {
            ...entry('board.jpg'),
            location,
            online: false,
            why: [
              said(
                `…${'of all that was said '.repeat(3)}the invoice of Acme was ${'not said '.repeat(4)}…`,
                /invoice|Acme/g,
              ),
              { ...said('', /-/g), kind: 'ocr' },
            ],
          },
          {
            ...entry('call.m4a'),
            location,
            online: true,
            why: [{ ...said('the invoice of Acme', /invoice|Acme/g), kind: 'transcript', timeMs: 3_723_400 }],
          },
        ],
        cursor: null,
      },
      marked,
    ),
  ).toMatchFileSnapshot(golden('search-content'))
})

test('what is near by meaning says how near, and where', async () => {
  const near = (similarity: number, snippet: string) => ({
    field: 'semantic' as const,
    kind: 'text' as const,
    similarity,
    page: null,
    snippet,
    ranges: [] as [number, number][],
  })
  const found = { location: null, online: true }
  await expect(
    await look(
      'search.files',
      {
        query: 'who mends pipes',
        total: 4,
        totalIsExact: true,
        tookMs: 9,
        items: [
          { ...entry('letter.pdf'), ...found, why: [{ ...near(0.8312, 'The plumber comes on Thursday.'), page: 3 }] },
          {
            ...entry('call.m4a'),
            ...found,
            why: [{ ...near(0.71, 'leaking again'), kind: 'transcript', timeMs: 61_000 }],
          },
          { ...entry('drain.txt'), ...found, why: [{ ...near(0.6, 'drain'), kind: 'name' }] },
          {
            ...entry('pipes.md'),
            ...found,
            why: [
              { field: 'text', kind: 'text', page: null, snippet: 'Who mends pipes?', ranges: [[0, 15]] },
              near(0.59, 'Who mends pipes?'),
            ],
          },
        ],
        cursor: null,
        notices: ['there are more texts than fit into memory: only 4000000 parts were searched by meaning'],
      },
      marked,
    ),
  ).toMatchFileSnapshot(golden('search-semantic'))
})

test('duplicates, differences and the rule that hides a path', async () => {
  await expect(
    await look('files.duplicates', {
      groups: [
        {
          contentId: '5e8f2f2a-0000-5000-8000-000000000001' as never,
          size: 2_000_000,
          verified: 'full',
          files: [
            { path: '/home/ann/a.jpg', online: true },
            { path: '/media/blue/a.jpg', online: false },
          ],
        },
      ],
      totalGroups: 3,
      reclaimableBytes: 5_000_000,
      notes: [{ path: '/home/ann/b.jpg', message: 'may not be read' }],
    }),
  ).toMatchFileSnapshot(golden('duplicates'))
  await expect(
    await look('indexing.verify', {
      checked: 12_345,
      differences: [
        { kind: 'missing-from-index', path: '/home/ann/new.txt' },
        { kind: 'size', path: '/home/ann/grown.txt' },
      ],
      total: 2,
      unreadable: [
        {
          path: '/home/ann/private',
          code: 'PermissionDenied',
          message: '/home/ann/private cannot be read: permission denied',
        },
      ],
      unreadableTotal: 1,
      fixed: 0,
      tookMs: 412,
    }),
  ).toMatchFileSnapshot(golden('verify'))
  await expect(
    await look('indexing.explain', {
      path: '/home/ann/app/node_modules/x',
      indexed: false,
      hiddenAt: '/home/ann/app/node_modules',
      rule: { name: 'developer folders', source: 'built in', pattern: 'node_modules/' },
      reason: 'it lies in a folder that a rule leaves out',
    }),
  ).toMatchFileSnapshot(golden('explain'))
})

const job: Job = {
  id: '01890000-0000-7000-8000-0123456789ab' as Job['id'],
  name: 'indexing.location',
  subject: '01890000-0000-7000-8000-0000000000a1',
  status: 'running',
  priority: 0,
  parentId: null,
  progress: { phase: 'identify', done: 52_000, total: 100_000, bytes: 0, rate: 34_000, etaMs: 1_400 },
  attempts: 1,
  createdAt: '2026-03-01T11:59:00Z',
  startedAt: '2026-03-01T11:59:00Z',
  endedAt: null,
  error: null,
  warnings: 0,
}

test('locations, jobs and volumes', async () => {
  const location: Location = {
    id: '01890000-0000-7000-8000-0000000000a1' as Location['id'],
    name: 'Pictures',
    path: '/home/ann/Documents/and/settings/of/another/time/Pictures',
    mode: 'content',
    watch: true,
    state: 'complete',
    volumeId: null,
    rules: [],
    maxDepth: null,
    policy: {},
    counts: { files: 12_345, directories: 678, symlinks: 0, others: 0, bytes: 4_200_000_000 },
    lastScanAt: '2026-03-01T11:55:00Z',
    error: null,
  }
  await expect(
    await look('locations.list', [
      location,
      {
        ...location,
        name: 'Blue disk',
        path: '/media/blue',
        state: 'offline',
        error: 'the volume is not mounted',
        lastScanAt: null,
      },
    ]),
  ).toMatchFileSnapshot(golden('location-list'))
  await expect(
    await look('jobs.list', [
      job,
      { ...job, status: 'completed', warnings: 3, progress: { ...job.progress, done: 100_000 } },
      { ...job, status: 'failed', error: { code: 'DiskFull', message: 'no space left on the volume of the library' } },
    ]),
  ).toMatchFileSnapshot(golden('job-list'))
  const volume: Volume = {
    id: null,
    fingerprint: 'f00d',
    name: 'Blue disk',
    mountPoint: '/media/ann/blue-disk-with-a-long-name',
    kind: 'external',
    disk: 'ssd',
    filesystem: 'ext4',
    totalBytes: 500_000_000_000,
    freeBytes: 120_000_000_000,
    tracked: true,
    online: true,
    readOnly: true,
    cow: false,
    removable: true,
    readBytesPerSecond: null,
    writeBytesPerSecond: null,
  }
  await expect(
    await look('volumes.list', [volume, { ...volume, name: 'Old', mountPoint: null, online: false }]),
  ).toMatchFileSnapshot(golden('volume-list'))
})

test('a job that waits for room says so, in the list and by itself', async () => {
  const waiting = 'waiting: no space left for /data/jobs.db; free some, and the job continues by itself'
  const held: Job = { ...job, waiting }
  expect(await look('jobs.list', [held])).toContain('waiting: no space')
  const details = { ...held, input: {}, output: null, log: [], warningList: [] }
  expect(await look('jobs.info', details)).toContain('waiting: no space left')
})

test('what the doctor found', async () => {
  await expect(
    await look('system.doctor', {
      ok: true,
      checks: [
        { name: 'runtime', state: 'ok', detail: 'Node.js 26.10.0', fix: null },
        {
          name: 'inotify',
          state: 'warning',
          detail: '8,192 watches, and 60,000 folders to watch: changes in the rest are found late',
          fix: 'sudo sysctl fs.inotify.max_user_watches=524288',
        },
      ],
      engines: [
        {
          job: 'video',
          name: 'ffmpeg',
          version: null,
          available: false,
          licence: 'LGPL',
          how: 'apt-get install ffmpeg',
        },
      ],
    }),
  ).toMatchFileSnapshot(golden('doctor'))
})

test('a line of the log reads like a sentence', () => {
  expect(
    logLine(
      '{"level":30,"time":"2026-03-01T11:59:00Z","pid":1,"msg":"location indexed","files":12,"path":"/a\\u001b"}',
      plainStyle,
    ),
  ).toBe('11:59:00 info  location indexed  files=12 path=/a\\e')
  expect(logLine('not JSON', plainStyle)).toBe('not JSON')
})

test('sessions, keys and the security log say the day, because they go back and ahead for months', async () => {
  const at = '2026-03-01T12:30:05Z'
  const day = /2026-03-01 \d\d:30/
  const session = { id: 'k1', kind: 'key' as const, name: 'backup', allow: ['view' as const], createdAt: at }
  expect(await look('sessions.list', [{ ...session, usedAt: at, expiresAt: '2027-03-01T12:30:05Z' }])).toMatch(
    /2026-03-01 \d\d:30 +2027-03-01 \d\d:30/,
  )
  expect(
    await look('sessions.createKey', { key: 'sdk_x', session: { ...session, usedAt: null, expiresAt: at } }),
  ).toMatch(day)
  expect(await look('sessions.log', [{ at, what: 'refused', from: '127.0.0.1', detail: 'why' }])).toMatch(day)
})
