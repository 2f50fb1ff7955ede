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

const unchanged = () => 1
const nothing = 'select 1'
const movesFolder = "update directories set path = cast('elsewhere/' as blob) where id = 1"
const changesFile = `update entries set ctime = ctime + 1 where name = '${CLOSED}'`

test.runIf(existsSync(`${FOLDER}/${CLOSED}`)).each([
  ['has failed, if nothing happened meanwhile', unchanged, nothing, FAILED],
  ['waits, if a folder was opened while it was read', counting(), nothing, PENDING],
  ['waits, if its folder was moved while it was read', unchanged, movesFolder, PENDING],
  ['waits, if it was renamed or changed while it was read', unchanged, changesFile, PENDING],
])('a file that may not be read %s', async (_what, reopened, meanwhile, state) => {
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
  const lease = async () => {
    index.db.exec(meanwhile)
    return { [Symbol.dispose]: () => {} }
  }
  const warnings: object[] = []
  const warn = (warning: object) => void warnings.push(warning)
  const report = await identify(writer, { ...request, scope, ids: [id] }, { ...host, lease, warn })
  expect(warnings).toHaveLength(state === FAILED ? 1 : 0)
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
