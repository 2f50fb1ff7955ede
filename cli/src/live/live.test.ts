import type { Job } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { plainStyle } from '../text/style.ts'
import { textWidth } from '../text/width.ts'
import { indexSummary } from './index-summary.ts'
import { type JobView, firstView, jobBlock, nextView, progressStep } from './job-progress.ts'
import { JobTracker } from './job-tracker.ts'
import { LiveBlock } from './live-block.ts'
import { sidecarLines, sidecarTotals } from './sidecar-summary.ts'

function job(phase: string, done: number, total: number | null, over: Partial<Job> = {}): Job {
  return {
    id: '01890000-0000-7000-8000-0123456789ab' as Job['id'],
    name: 'indexing.location',
    subject: '01890000-0000-7000-8000-0000000000a1',
    status: 'running',
    priority: 0,
    parentId: null,
    progress: { phase, done, total, bytes: 1_200_000_000, rate: 34_000, etaMs: 1_400 },
    attempts: 1,
    createdAt: '2026-03-01T11:59:00Z',
    startedAt: '2026-03-01T11:59:00Z',
    endedAt: null,
    error: null,
    warnings: 0,
    ...over,
  }
}

/** The view of a run after the files were discovered, in the middle of identifying them. */
function halfWay(): JobView {
  const start = firstView(job('discover', 0, null), 0)
  const counted = nextView(start, job('discover', 100_000, null), 3_000)
  const view = nextView(counted, job('identify', 52_000, 100_000, { warnings: 3 }), 3_400)
  return { ...view, lastFailure: '/home/ann/Pictures/a folder with a long name/secret.jpg: permission denied' }
}

test('the live block says what is done, how far it is, and what has failed', async () => {
  const lines = jobBlock(halfWay(), {
    title: 'Indexing /home/ann/Pictures into My Library',
    width: 79,
    style: plainStyle,
    frame: 0,
  })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../test/golden/live-block.txt')
})

test.each([200, 80, 60, 50])('the live block fits into %i cells', (width) => {
  const lines = jobBlock(halfWay(), {
    title: 'Indexing /home/ann/Pictures into My Library',
    width,
    style: plainStyle,
    frame: 0,
  })
  expect(lines.filter((line) => textWidth(line) > width)).toEqual([])
})

test('a bar never runs backwards within a phase', () => {
  const before = halfWay()
  expect(nextView(before, job('identify', 40_000, 100_000), 4_000).share).toBe(0.52)
  expect(nextView(before, job('queue', 0, 10), 4_000).share).toBe(0)
})

test('in a pipe a step is everything a program needs', () => {
  expect(progressStep(halfWay())).toEqual({
    job: '01890000-0000-7000-8000-0123456789ab',
    name: 'indexing.location',
    status: 'running',
    phase: 'identify',
    done: 52_000,
    total: 100_000,
    bytes: 1_200_000_000,
    rate: 34_000,
    etaMs: 1_400,
    failures: 3,
  })
})

test('an answer that was overtaken by the job’s end changes nothing', () => {
  const tracker = new JobTracker(() => 0)
  tracker.seen(job('queue', 1, 1, { status: 'completed' }))
  tracker.seen(job('identify', 1, 2))
  expect(tracker.views.map((view) => view.job.status)).toEqual(['completed'])
})

test('drawing again begins where the block began, and the cursor comes back', () => {
  const written: string[] = []
  const screen = {
    isTTY: true,
    animated: true,
    width: 20,
    height: 24,
    style: plainStyle,
    write: (text: string) => void written.push(text),
  }
  {
    using block = new LiveBlock(screen)
    block.draw(['one', 'two'])
    block.draw(['a line that is longer than the screen'])
    block.clear()
  }
  expect(written).toEqual([
    '\u001b[?25l',
    '\rone\u001b[K\ntwo\u001b[K\n\u001b[0J',
    '\u001b[2Fa line that is lon…\u001b[K\n\u001b[0J',
    '\u001b[1F\u001b[0J',
    '\u001b[?25h',
  ])
})

test('the end is one line a person can quote', () => {
  const output = {
    counts: { files: 12_345, directories: 678, symlinks: 0, others: 0, bytes: 4_200_000_000 },
    changes: { added: 12, modified: 0, moved: 1, removed: 0 },
  }
  const ended = {
    ...job('queue', 0, null, { status: 'completed', endedAt: '2026-03-01T11:59:03.400Z' }),
    input: {},
    output,
    warningList: [],
    log: [],
  }
  expect(indexSummary(ended)).toBe('12,345 files in 678 folders, 4.20 GB, in 3.4 s; 12 added, 1 moved')
})

test('the summary of sidecars counts files, and names a file once for each reason', () => {
  const counts = { made: 4, ready: 4, failed: 6, skipped: 1, pending: 0 }
  const sidecars = sidecarTotals({ byKind: { thumb: counts }, failedFiles: 2, skippedFiles: 1 })
  const failure = (path: string) => ({ path, stage: 'sidecars', code: 'Corrupt', message: 'it is cut off' })
  const failures = [failure('/a/x.jpg'), failure('/a/x.jpg'), failure('/a/y.jpg')]
  const lines = sidecarLines(
    { sidecars, failures, seconds: { sidecars: 1 }, skips: [], slowest: [], held: [], off: [] },
    { style: (_tone, text) => text, withTypedCommands: (sentence) => sentence },
  )
  expect(lines).toEqual([
    '4 sidecars made in 1.0 s (thumb 4), some skipped for 1 file, some failed for 2 files.',
    '  Corrupt  x.jpg and 1 other: it is cut off',
  ])
})
