import { readFileSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { prey, REFUSED } from '../../testing/attack.ts'
import { findProgram } from '../util/find-program.ts'
import { boxState } from '../workers/index.ts'
import type { PoolName } from './generators/index.ts'
import type { ChildRequest } from './sidecar-child.ts'
import { SidecarPools } from './sidecar-pools.ts'

const box = await boxState()
const { signal } = new AbortController()

/** Runs a hostile decoder in a pool and returns which of its attempts succeeded. */
async function attackFrom(pool: PoolName, { isLocation }: { isLocation: boolean }) {
  await using world = await prey()
  const { target } = world
  const home = dirname(target.folder)
  const sidecars = join(home, 'library', 'sidecars')
  mkdirSync(sidecars, { recursive: true })
  // The location contains the secret too: being in a location does not make private files accessible.
  const folders = { locations: isLocation ? [home] : [], sidecars: [sidecars], private: [target.folder, home] }
  await using pools = new SidecarPools({ folders: () => folders })
  const { size, mtimeMs } = statSync(target.own)
  const path = join(sidecars, 'a', 'out.json')
  const request: ChildRequest = {
    module: new URL('test/attacking-generator.ts', import.meta.url).href,
    source: { path: target.own, size, modifiedMs: Math.floor(mtimeMs) },
    content: { type: 'image', mime: 'image/jpeg', size },
    names: ['a.jpg'],
    inputs: [],
    settings: { attack: JSON.stringify({ target, ffmpeg: findProgram('ffmpeg') }) },
    outputs: [{ variant: 'a', format: 'json', draft: `${path}.draft`, path }],
    library: join(home, 'library'),
    part: join(sidecars, 'part'),
  }
  await pools.run(pool, request, { signal, deadlineMs: 60_000 })
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
}

test.runIf(box.layer === 'landlock').each(['image', 'av', 'doc', 'ml'] as const)(
  'a decoder of the %s pool that has been taken over reaches nothing, and neither does ffmpeg',
  async (pool) => {
    const results = await attackFrom(pool, { isLocation: true })
    const { 'ffmpeg reads a secret': secret, 'ffmpeg connects': connects, ...others } = results
    const { 'ffmpeg reads what it was given': own, ...direct } = others
    // The `ml` pool may start a shell for the process of a model; the shell is in the same box.
    expect(direct).toEqual({ ...REFUSED.landlock, ...(pool === 'ml' && { 'start a shell': 'done' }) })
    if (findProgram('ffmpeg') === null) return
    expect({ own, secret, connects }).toEqual({
      own: 'content',
      secret: expect.stringMatching(/Permission denied/),
      connects: expect.stringMatching(/Operation not permitted/),
    })
  },
)

test.runIf(box.layer === 'landlock')(
  'of a file outside of all locations its decoder reaches the file alone',
  async () => {
    expect(await attackFrom('image', { isLocation: false })).toMatchObject(REFUSED.landlock)
  },
)
