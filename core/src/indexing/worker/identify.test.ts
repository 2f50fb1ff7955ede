import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestIndex } from '../../../testing/test-index.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import { identify } from './identify.ts'

const FOLDER = '/proc/sys/vm'
/** Nobody may read it, not even root. */
const CLOSED = 'compact_memory'
const FAILED = 2
const PENDING = 0

test.runIf(existsSync(`${FOLDER}/${CLOSED}`)).each([
  ['has failed, if no folder was opened meanwhile', () => 1, FAILED],
  ['waits, if a folder was opened while it was read', counting(), PENDING],
])('a file that may not be read %s', async (_what, reopened, state) => {
  using index = await createTestIndex(FOLDER)
  await index.scan()
  const { id } = index.rows().get(CLOSED)!
  const writer = {
    db: index.db,
    get reopened() {
      return reopened()
    },
  }
  const scope = {
    dir: FOLDER,
    directoryId: 1,
    volumeId: 1,
    volumePath: `${FOLDER.slice(1)}/`,
    rules: { names: [], globs: [] },
    maxDepth: null,
  }
  const request = {
    mode: 'content',
    threads: 1,
    cloud: 'none',
    after: 0,
    whole: false,
    patience: null,
    silent: [],
  } as const
  const report = await identify(writer, { ...request, scope, ids: [id] }, host)
  expect(index.db.prepare('select content_state as state from entries where id = ?').get(id)).toEqual({ state })
  expect(report.left).toEqual(state === PENDING ? [id] : [])
})

function counting(): () => number {
  let count = 0
  return () => ++count
}

const host = {
  signal: new AbortController().signal,
  now: Date.now,
  lease: async () => ({ [Symbol.dispose]: () => {} }),
  committed: () => {},
  warn: () => {},
  progress: () => {},
  ids: new EphemeralIds(Date.now),
  checkpoint: () => {},
  phase: () => {},
  items: null,
}
