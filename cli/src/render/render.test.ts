import type { Entry, Job, Location, Volume } from '@spacedrive/core/domain'
import type { Ops } from '@spacedrive/daemon/ops'
import { expect, test } from 'vitest'
import type { OutputOf } from '@spacedrive/client'
import { plainStyle, type Style } from '../text/style.ts'
import { textWidth } from '../text/width.ts'
import { takenPortSentence } from './taken-port.ts'
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

test('a port that another program has is explained', () => {
  expect(takenPortSentence({ explorer: 'http://127.0.0.1:7378/' })).toBeNull()
  expect(takenPortSentence({ explorer: null, takenPort: 7378 })).toBeNull()
  expect(takenPortSentence({ explorer: 'http://127.0.0.1:7379/', takenPort: 7378 })).toMatch(
    /^Another program uses port 7378.* at port 7379\./,
  )
})

test('a search that finds little names the searches that may find more, and the files that are still being read', async () => {
  const words: typeof look = async (...of) => (await look(...of)).trim().replaceAll('\n', ' ')
  const nothing = { query: 'plumber', total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }
  const few = { ...nothing, total: 1, items: [{ ...entry('a.jpg'), location: null, online: true, why: [] }] }
  expect(await words('search.files', nothing)).toBe('Nothing matches "plumber".')
  expect(await words('search.files', { ...nothing, unsearched: ['content', 'semantic'] })).toContain(
    'Only names were searched; --content also searches the text in files, and --semantic also finds texts of similar meaning.',
  )
  expect(await words('search.files', { ...few, unsearched: ['semantic'] })).toMatch(
    /shown|found, .* --semantic also finds/,
  )
  expect(await words('search.files', { ...few, total: 4, unsearched: ['content'] })).not.toContain('--content')
  const unread = async (files: number, scanning: boolean) =>
    words('search.files', { ...nothing, unread: { files, scanning } })
  expect(await unread(1, false)).toContain('1 file is still being read, and its text is not found yet;')
  expect(await unread(12, true)).toContain('12 files are still being read, and their texts are not found yet;')
  expect(await unread(10_000, true)).toContain('10,000 files or more are still being read')
  expect(await unread(0, true)).toContain('A scan is running and may find more files;')
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
        weaker: 27,
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

test('a search says which parts of the query were more than words', async () => {
  const result = {
    query: 'IMG_*.heic jpg OR png iceland/ 2024/*.jpg',
    total: 0,
    totalIsExact: true,
    tookMs: 1,
    items: [],
    cursor: null,
    special: [
      { kind: 'glob' as const, text: 'IMG_*.heic' },
      { kind: 'or' as const, text: 'jpg OR png' },
      { kind: 'path' as const, text: 'iceland/' },
      { kind: 'glob' as const, text: '2024/*.jpg' },
    ],
  }
  expect((await look('search.files', result)).trimEnd().split('\n')).toEqual([
    'Nothing matches.',
    'IMG_*.heic is compared with the whole name; in quotes it is an ordinary word.',
    'jpg OR png: one of them is enough.',
    'iceland/ is compared with the path.',
    '2024/*.jpg: each part between slashes is compared with a whole name; `**` stands',
    'for any number of folders.',
  ])
})

test('a search says what to write instead of words that look like more', async () => {
  const lines = async (query: string, found = 0) => {
    const items = found > 0 ? [{ ...entry('a.jpg'), location: null, online: true, why: [] }] : []
    const result = { query, total: found, totalIsExact: true, tookMs: 1, items, cursor: null }
    return (await look('search.files', result))
      .trimEnd()
      .split('\n')
      .slice(items.length > 0 ? -1 : 1)
  }
  expect(await lines('cat or dog')).toEqual(['"or" is an ordinary word here; cat OR dog finds either.'])
  expect(await lines('cat or dog', 1)).toEqual(['"or" is an ordinary word here; cat OR dog finds either.'])
  for (const query of ['"cat or dog"', 'or', 'cat or', 'cat OR dog', 'error log'])
    expect(await lines(query)).toEqual([])
  expect((await lines('IMG_[a-c]*.jpg')).join(' ')).toBe(
    '[a-c] is compared as it is written; use ? for any one character, or {a,b} for alternatives.',
  )
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
    await look('files.compare', {
      left: '/home/ann/Pictures',
      right: '/media/blue',
      onlyLeft: [{ path: '/home/ann/Pictures/2024/a.jpg', size: 2_000_000 }],
      onlyRight: [{ path: '/media/blue/empty', size: 0 }],
      different: [{ left: '/home/ann/Pictures/notes.txt', right: '/media/blue/notes.txt' }],
      moved: [{ left: '/home/ann/Pictures/b.jpg', right: '/media/blue/2023/b.jpg' }],
      same: 12_345,
      counts: { onlyLeft: 3, onlyRight: 1, different: 1, moved: 1 },
      failures: [
        { path: '/media/blue/closed', code: 'PermissionDenied', message: '/media/blue/closed may not be read' },
      ],
    }),
  ).toMatchFileSnapshot(golden('comparison'))
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

test('measures of photos and films have their units', async () => {
  const metadata = {
    width: 4_000,
    focalLength: 35,
    aperture: 2.8,
    shutterSpeed: 0.004,
    takenOffsetMinutes: 330,
    altitude: 12.6,
    durationMs: 61_000,
    bitRate: 12_345_678,
    audioBitRate: 128_000,
    audioSampleRate: 48_000,
    fpsNum: 30_000,
    fpsDen: 1_001,
    iso: 100,
  }
  const info = {
    ...entry('film.mp4'),
    contentHash: null,
    integrityHash: null,
    copies: [],
    sidecars: [],
    metadata,
    rules: [],
    looksLike: null,
    history: [],
    online: true,
  }
  const lines = (await look('files.info', info as never))
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, ': ').trim())
  expect(lines).toEqual(
    expect.arrayContaining([
      'Width: 4,000 pixels',
      'Focal length: 35 mm',
      'Aperture: f/2.8',
      'Shutter speed: 1/250 s',
      'Taken offset: +5:30 from UTC',
      'Altitude: 13 m',
      'Duration: 1 min 1 s',
      'Bit rate: 12.3 Mbit/s',
      'Audio bit rate: 128 kbit/s',
      'Audio sample rate: 48,000 Hz',
      'Frame rate: 29.97 frames a second',
      'Iso: 100',
    ]),
  )
})

test('files without a copy are listed with their volume, and the sum', async () => {
  const file = { ...entry('only.jpg'), location: null, volume: 'Blue disk', online: false }
  const said = await look('copies.unique', { items: [file], total: 1_200, totalBytes: 9_000_000, cursor: 'next' })
  expect(said).toContain('Blue disk (offline)')
  expect(said).toContain('1,200 files without a copy, 9 MB; the largest 1 are shown, --limit shows more')
  expect(await look('copies.unique', { items: [], total: 0, totalBytes: 0, cursor: null })).toContain(
    'Every file of known content has a copy.',
  )
})

test('a timeline counts photos without a date apart from the months', async () => {
  const timeline = {
    months: [
      { month: '2026-11', count: 3, fromFile: 2 },
      { month: '2026-10', count: 4, fromFile: 4 },
    ],
    days: [],
    basis: { metadata: 1, file: 6 },
    total: 7,
  }
  const lines = async (output: object) => (await look('media.timeline', output as never)).trimEnd().split('\n')
  expect((await lines(timeline)).map((line) => line.trimEnd())).toEqual([
    'MONTH    TAKEN',
    '2026-11      1',
    'no date      6',
    '7 photos and films; 6 do not say when they were taken',
  ])
  const dated = {
    ...timeline,
    months: [{ month: '2026-11', count: 3, fromFile: 0 }],
    basis: { metadata: 3, file: 0 },
    total: 3,
  }
  expect((await lines(dated)).at(-1)).toBe('3 photos and films')
})

test('a list of photos shows when they were taken, or that they do not say it', async () => {
  const item = { location: null, online: true }
  const taken = { ...entry('a.jpg'), ...item, takenAt: '2024-05-01T12:20:30', takenFrom: 'metadata' as const }
  const undated = { ...entry('b.jpg'), ...item, takenAt: '2026-11-21T12:50:00', takenFrom: 'file' as const }
  const lines = async (items: readonly object[]) =>
    (await look('media.list', { items, total: items.length } as never))
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
  expect((await lines([undated, taken])).map((line) => line.replace(/ \S*\/.*/, ''))).toEqual([
    expect.stringMatching(/^TAKEN +CHANGED +TYPE +FILE$/),
    expect.stringMatching(/^no date +2026-11-21 12:50 +\w+ $/),
    expect.stringMatching(/^2024-05-01 12:20 +\w+ $/),
    '2 photos and films',
  ])
  expect((await lines([taken]))[0]).toMatch(/^TAKEN +TYPE +FILE$/)
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
        {
          job: 'transcripts',
          name: 'OpenAI-compatible server',
          version: null,
          available: false,
          licence: 'the server’s own',
          how: '`spacedrive engine list`',
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
