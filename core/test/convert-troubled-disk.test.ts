import { createHash } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type UserDisk, userDisk } from '../src/sources/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { film, livePhoto } from '../testing/media/index.ts'
import { createTroubledDisk, type Trouble, type TroubledDisk } from '../testing/troubled-disk.ts'

vi.setConfig({ testTimeout: 300_000 })

const { signal } = new AbortController()
const identifier = '7C3A1D5E-0F7B-4F0C-9A54-000000000001'
const video = film('qt  ', { identifier, pictures: 'cut '.repeat(20_000) })
const videoHash = createHash('sha256').update(video).digest('hex')

/** A Live Photo in an engine whose disk can be exchanged. */
async function createLivePhoto() {
  let troubled = createTroubledDisk(userDisk)
  const current = new Proxy(userDisk, { get: (_target, name) => Reflect.get(troubled.disk, name) as unknown })
  const t = await createTestCore({ userDisk: current })
  t.write('IMG.HEIC', livePhoto('heic', { identifier }))
  const path = t.write('IMG.MOV', video)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  return {
    t,
    path,
    /** The next calls are those of this disk. */
    use(trouble: Trouble): TroubledDisk<UserDisk> {
      troubled = createTroubledDisk(userDisk, trouble)
      return troubled
    },
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  }
}

async function convert(t: TestCore, direction: 'in' | 'out') {
  const { job } = await t.library.references.convert({ direction }, { dryRun: false, signal })
  // A file that cannot be moved stays where it is, with a warning: it does not end the job.
  const status = job ? (await t.library.jobs.wait(job.id, signal)).status : 'completed'
  expect(status).toBe('completed')
  await t.settle()
}

/** The paths of all files with the video's bytes, in the folder of the user and in the library. */
function copiesOf(t: TestCore): string[] {
  return [t.root, join(t.library.path, 'sidecars')].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isFile())
      .filter((path) => createHash('sha256').update(readFileSync(path)).digest('hex') === videoHash),
  )
}

test.each([
  ['as a link', 'fail-after', false],
  ['as a copy', 'fail', true],
] as const)(
  'a file that moves into the library and back %s is never lost, whichever call of the disk does not succeed (%s)',
  async (_what, how, hasOtherName) => {
    await using world = await createLivePhoto()
    const { path, t, use } = world
    // A file with another name is copied, because writing to that name would change the library's file.
    const giveOtherName = () => {
      rmSync(join(t.dataDir, 'other-name.mov'), { force: true })
      linkSync(path, join(t.dataDir, 'other-name.mov'))
    }
    const failed: string[] = []
    for (const direction of ['in', 'out'] as const) {
      for (let at = 1; ; at++) {
        if (hasOtherName && direction === 'in') giveOtherName()
        const { calls } = use({ at, how })
        await convert(t, direction)
        const wasReached = calls.length >= at
        expect([direction, at, copiesOf(t).length > 0]).toEqual([direction, at, true])
        if (!wasReached) break
        failed.push(`${direction} ${calls[at - 1]!}`)
        // The next run, on a disk in order, completes it. Then all is as it was before.
        use({})
        await convert(t, direction)
        const [only, ...others] = copiesOf(t)
        expect([direction, at, only === path, others]).toEqual([direction, at, direction === 'out', []])
        await convert(t, direction === 'in' ? 'out' : 'in')
        expect([direction, at, copiesOf(t).includes(path)]).toEqual([direction, at, direction === 'in'])
      }
    }
    const expected = hasOtherName
      ? ['in copy', 'in link', 'in remove', 'in setTimes', 'in sync', 'in syncFolder']
      : ['in link', 'in remove', 'in syncFolder', 'out link', 'out remove', 'out syncFolder']
    expect(failed).toEqual(expect.arrayContaining(expected))
    expect(readFileSync(path).equals(video)).toBe(true)
  },
)
