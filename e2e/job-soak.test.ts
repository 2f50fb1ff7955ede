import { expect, test } from 'vitest'
import { soakJobs } from './job-soak.ts'

/** A seed fixes every photo and every pause before a kill; `npm run soak -- jobs` draws others at random. */
const SEED = 7
const PHOTOS = 24
const KILLS = 4
/** On a busy machine; on a quiet one it is a tenth. */
const LONGEST_MS = 300_000

test(
  'a daemon that is killed again and again while it makes thumbnails has all of them in the end, and no other file',
  async () => {
    const { whileMaking: _, ...result } = await soakJobs({ seed: SEED, photos: PHOTOS, kills: KILLS })
    expect(result).toEqual({
      kills: KILLS,
      ready: PHOTOS * 3,
      notReady: [],
      missing: [],
      orphans: [],
      drafts: [],
      jobs: [],
    })
  },
  LONGEST_MS,
)
