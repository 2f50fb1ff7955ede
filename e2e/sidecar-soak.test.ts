import { expect, test } from 'vitest'
import { soakSidecars } from './sidecar-soak.ts'

const NEEDS_PROC = process.platform === 'linux' ? null : 'finds the processes of an engine in /proc'

test('an engine killed again and again while it makes sidecars has all of them in the end', async ({ skip }) => {
  if (NEEDS_PROC) return skip(NEEDS_PROC)
  const kills = 4
  const {
    whileMaking: _,
    childrenKilled: __,
    files,
    ...result
  } = await soakSidecars({
    kills,
    seed: 42,
    everyKind: false,
  })
  expect(result).toEqual({
    kills,
    orphans: 0,
    ready: files * 3,
    notReady: [],
    drafts: 0,
    problems: [],
    unfinishedJobs: 0,
  })
})
