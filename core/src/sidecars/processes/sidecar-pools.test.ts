import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { prey, REFUSED, REFUSED_WITH_PROGRAMS } from '../../../testing/attack.ts'
import { splitNanoseconds } from '../../util/file-time.ts'
import { findProgram } from '../../util/find-program.ts'
import { boxState, tryBwrap } from '../../workers/index.ts'
import type { PoolName } from '../generators/index.ts'
import { SidecarPools, type SidecarRequest } from './sidecar-pools.ts'

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }
const { signal } = new AbortController()

/** Larger than the files that are copied. */
const LARGE = 65 * 2 ** 20

/** A library, and a hostile decoder of a user's file. */
async function hostile(layer: keyof typeof states) {
  const parts = new AsyncDisposableStack()
  const { target } = parts.use(await prey())
  const home = dirname(target.folder)
  const library = join(home, 'library')
  const sidecars = join(library, 'sidecars')
  const temporary = join(home, 'decoders')
  const others = {
    'a file beside it': join(dirname(target.own), 'beside.jpg'),
    'another file of the location': join(home, 'documents', 'letter.pdf'),
    'another sidecar': join(sidecars, 'content', 'text.json'),
    'a file that another process was given': join(temporary, 'another', 'given', 'a.jpg'),
    'a copy for another process': join(temporary, 'copy'),
    'a result of another process': join(sidecars, 'work', 'another', 'draft'),
    'a draft': join(sidecars, 'drafts', 'draft'),
  }
  for (const path of Object.values(others)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'content')
  }
  const pools = parts.use(new SidecarPools({ temporary, layer: () => Promise.resolve(states[layer]) }))
  const path = join(sidecars, 'a', 'out.json')
  const request = (settings: object = { target: { ...target, others } }): SidecarRequest => {
    const { size, mtimeNs } = statSync(target.own, { bigint: true })
    return {
      module: new URL('test/attacking-generator.ts', import.meta.url).href,
      source: { path: target.own, size: Number(size), modifiedMs: splitNanoseconds(mtimeNs)[0] },
      content: { type: 'image', mime: 'image/jpeg', size: Number(size) },
      names: ['a.jpg'],
      inputs: [],
      // Paths that are settings may be read. These are inside JSON, so they do not count.
      settings: { attack: JSON.stringify({ ffmpeg: findProgram('ffmpeg'), ...settings }) },
      outputs: [{ variant: 'a', format: 'json', draft: join(sidecars, 'drafts', 'mine'), path }],
      library,
      work: join(sidecars, 'work'),
      part: join(sidecars, 'parts', 'part'),
    }
  }
  const run = (pool: PoolName, settings?: object) => pools.run(pool, request(settings), { signal, deadlineMs: 120_000 })
  const results = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  /** Names of files and folders that requests have left. */
  const left = () => [temporary, join(sidecars, 'work'), join(sidecars, 'drafts')].map((folder) => readdirSync(folder))
  return { run, results, left, others, path, pools, target, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

/** What a hostile decoder gets: nothing but its own file. */
function refusals(layer: keyof typeof states, others: object) {
  const refusal = REFUSED[layer]['read a secret']
  return { ...REFUSED[layer], ...Object.fromEntries(Object.keys(others).map((name) => [`read ${name}`, refusal])) }
}

/** The programs of each pool, except the shell. */
const PROGRAMS: Readonly<Record<PoolName, readonly string[]>> = {
  image: ['exiftool'],
  av: ['ffmpeg', 'ffprobe', 'heif-convert'],
  doc: ['ffmpeg', 'ffprobe', 'heif-convert', 'exiftool', 'tesseract'],
  ml: ['ffmpeg', 'ffprobe', 'whisper-cli'],
}

const NOTHING_LEFT = [['another', 'copy'], ['another'], ['draft']]

describe.each(['landlock', 'bwrap'] as const)('boxed by %s', (layer) => {
  const isThere = states[layer].layer === layer

  test.runIf(isThere).each(['image', 'av', 'doc', 'ml'] as const)(
    'a decoder of the %s pool that has been taken over reads only the file it was given, and so does ffmpeg',
    async (pool) => {
      await using world = await hostile(layer)
      await world.run(pool)
      const { 'ffmpeg reads a secret': secret, 'ffmpeg connects': connects, ...others } = world.results()
      const { 'ffmpeg reads what it was given': own, ...direct } = others
      const programs = PROGRAMS[pool].some((program) => findProgram(program) !== null) || pool === 'ml'
      const differs = programs ? REFUSED_WITH_PROGRAMS[layer] : {}
      // The `ml` pool may start a shell for the process of a model; the shell is in the same box.
      const shell = pool === 'ml' ? { 'start a shell': 'done' } : {}
      expect(direct).toEqual({ ...refusals(layer, world.others), ...differs, ...shell })
      if (findProgram('ffmpeg') === null) return
      // A pool without programs may start no process at all; any other may not start this one.
      const code = programs ? REFUSED_WITH_PROGRAMS[layer]['start a program'] : 'EPERM'
      const none = expect.stringMatching(new RegExp(`^ffmpeg could not be started: spawn (/\\S+ )?${code}$`)) as string
      const allowed = {
        own: 'content',
        secret: expect.stringMatching(/Permission denied|No such file/) as string,
        connects: expect.stringMatching(/Operation not permitted|Connection refused/) as string,
      }
      const expected = PROGRAMS[pool].includes('ffmpeg') ? allowed : { own: none, secret: none, connects: none }
      expect({ own, secret, connects }).toEqual(expected)
    },
  )

  test.runIf(isThere)('of a file that is too large to copy, its decoder reads the file alone, and ends', async () => {
    await using world = await hostile(layer)
    truncateSync(world.target.own, LARGE)
    await world.run('av', { target: { ...world.target, others: world.others }, ffmpeg: null })
    const differs = PROGRAMS.av.some((program) => findProgram(program) !== null) ? REFUSED_WITH_PROGRAMS[layer] : {}
    expect(world.results()).toEqual({ ...refusals(layer, world.others), ...differs })
    await vi.waitFor(() => expect(world.left()).toEqual(NOTHING_LEFT))
  })

  test.runIf(isThere)('nothing is left of a request that succeeds, fails, or ends its decoder', async () => {
    await using world = await hostile(layer)
    await world.run('image', { action: 'read' })
    expect(readFileSync(world.path, 'utf8')).toBe('content')
    await expect(world.run('image', { action: 'throw' })).rejects.toMatchObject({
      code: 'Corrupt',
      message: `${world.target.own}: unexpected end of file`,
    })
    await expect(world.run('image', { action: 'crash' })).rejects.toMatchObject({ code: 'Unavailable' })
    await vi.waitFor(() => expect(world.left()).toEqual(NOTHING_LEFT))
    await world.pools[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(world.left()).toEqual(NOTHING_LEFT))
  })

  test.runIf(isThere)('a link to a secret is not taken as a sidecar', async () => {
    await using world = await hostile(layer)
    await expect(world.run('image', { action: 'link', to: world.target.secret })).rejects.toMatchObject({
      code: 'Corrupt',
    })
    expect(existsSync(world.path)).toBe(false)
  })
})
