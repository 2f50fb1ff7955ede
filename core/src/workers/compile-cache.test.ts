import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { boxState, tryBwrap } from './box/box-state.ts'
import { compileCache, compileModules } from './compile-cache.ts'
import { ProcessPool, type ProcessPoolOptions } from './process-pool.ts'
import type { CacheReply } from './test/cache-child.ts'

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }
const layers = (['landlock', 'bwrap'] as const).filter((layer) => states[layer].layer === layer)
const soon = { deadlineMs: 120_000 }
const { signal } = new AbortController()

let temp: TempDir
let cache: string
beforeEach(() => {
  temp = createTempDir('compiled')
  cache = join(temp.path, 'cache')
  mkdirSync(cache, { mode: 0o700 })
})
afterEach(() => temp[Symbol.dispose]())

function pool(of: Partial<ProcessPoolOptions> = {}): ProcessPool<'look' | 'attack', CacheReply> {
  return new ProcessPool({
    name: 'test',
    entry: new URL('test/cache-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    recycleAfter: 1,
    box: null,
    cache: () => cache,
    ...of,
  })
}

function boxed(layer: 'landlock' | 'bwrap') {
  return {
    box: { programs: [], temporary: join(temp.path, 'decoders'), parse: (reply: unknown) => reply },
    layer: () => Promise.resolve(states[layer]),
  }
}

test.each(layers)('boxed by %s, a process reads compiled modules and changes none', async (layer) => {
  await using one = pool(boxed(layer))
  await compiled(one)
  await compiledWhole()
  const before = contents(cache)
  const { attacks, folder } = await one.run('attack', soon)
  expect(dirname(folder!)).toBe(cache)
  const { 'read an entry': read, 'write as Node does': flushed, ...refused } = attacks
  expect([read, flushed]).toEqual(['done', 'done'])
  const code = { landlock: 'EACCES', bwrap: 'EROFS' }[layer]
  expect(refused).toEqual(Object.fromEntries(Object.keys(refused).map((name) => [name, code])))
  expect(contents(cache)).toEqual(before)
})

test.each(layers)('boxed by %s, a process without a cache starts', async (layer) => {
  await using one = pool({ ...boxed(layer), cache: () => null })
  expect(await one.run('look', soon)).toMatchObject({ folder: undefined, compiles: true })
})

test.each(layers)('boxed by %s, a damaged cache stops no process and is mended', async (layer) => {
  {
    await using one = pool(boxed(layer))
    await compiled(one)
    await compiledWhole()
  }
  const damages = [(bytes: Buffer) => bytes.subarray(0, 20), (bytes: Buffer) => bytes.fill(0xff, 8), () => Buffer.of()]
  for (const [i, name] of Object.keys(contents(cache)).entries()) {
    const file = join(cache, name)
    if (statSync(file).isFile()) writeFileSync(file, damages[i % damages.length]!(readFileSync(file)))
  }
  await using one = pool(boxed(layer))
  expect(await one.run('look', soon)).toMatchObject({ compiles: true })
  await compiled(one)
})

test('processes without a box find their modules compiled, too', async () => {
  await using one = pool()
  await compiled(one)
  expect(dirname((await one.run('look', soon)).folder!)).toBe(cache)
})

test('modules are compiled and not evaluated, and one that cannot be compiled stops no other', async () => {
  const folder = join(temp.path, 'modules')
  const trace = join(temp.path, 'evaluated')
  mkdirSync(join(folder, 'inner'), { recursive: true })
  writeFileSync(join(folder, 'a.ts'), 'const = ;')
  writeFileSync(join(folder, 'b.ts'), "import 'no-such-package'")
  // It says whether it finds itself compiled.
  const module = join(folder, 'inner/c.ts')
  const load = '(process as { moduleLoadList: string[] }).moduleLoadList'
  writeFileSync(
    module,
    `import { writeFileSync } from 'node:fs'
    writeFileSync(${JSON.stringify(trace)}, String(${load}.some((name) => name.includes('amaro'))))`,
  )
  await compileModules(cache, [folder], signal)
  expect(existsSync(trace)).toBe(false)
  spawnSync(process.execPath, [module], { env: { ...process.env, NODE_COMPILE_CACHE: cache } })
  expect(readFileSync(trace, 'utf8')).toBe('false')
})

test('a cache that other users can change is not used', () => {
  const own = join(cache, 'v1-x64')
  mkdirSync(own, { mode: 0o755 })
  expect(compileCache(own)).toBe(cache)
  for (const folder of [cache, own]) {
    chmodSync(cache, 0o755)
    chmodSync(folder, 0o777)
    expect(compileCache(own)).toBe(process.platform === 'win32' ? cache : null)
    chmodSync(folder, 0o700)
  }
  expect(compileCache(join(cache, 'none'))).toBe(process.platform === 'win32' ? cache : null)
})

test.runIf(process.platform !== 'win32')(
  'a cache is used whatever the umask, if nobody else reaches its folder',
  () => {
    const look = `process.umask(0o002)
    require('node:module').enableCompileCache(${JSON.stringify(cache)})
    import(${JSON.stringify(new URL('compile-cache.ts', import.meta.url).href)})
      .then(({ compileCache }) => process.stdout.write(String(compileCache())))`
    const { stdout } = spawnSync(process.execPath, ['--eval', look], {
      env: { ...process.env, NODE_COMPILE_CACHE: undefined },
      encoding: 'utf8',
    })
    expect(stdout).toBe(cache)
    const [own] = readdirSync(cache)
    expect(statSync(join(cache, own!)).mode & 0o777).toBe(0o775)
  },
)

test('callers that compile the same folder share a process, and one that gives up stops no other', async () => {
  const folder = join(temp.path, 'modules')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.ts'), 'export const a: number = 1')
  const log = join(temp.path, 'started')
  // Each process that compiles says so.
  writeFileSync(join(temp.path, 'say.cjs'), `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'x')`)
  vi.stubEnv('NODE_OPTIONS', `--require ${JSON.stringify(join(temp.path, 'say.cjs'))}`)
  try {
    await Promise.all([1, 2, 3, 4].map(() => compileModules(cache, [folder], signal)))
    expect(readFileSync(log, 'utf8')).toBe('x')
    const controller = new AbortController()
    const first = compileModules(cache, [folder], controller.signal)
    const second = compileModules(cache, [folder], signal)
    controller.abort()
    await Promise.all([first, second])
    expect(Object.keys(contents(cache)).some((name) => statSync(join(cache, name)).size > 0)).toBe(true)
    expect(readFileSync(log, 'utf8').length).toBeGreaterThanOrEqual(2)
  } finally {
    vi.unstubAllEnvs()
  }
})

/** Waits until the processes of a pool find all their modules compiled. */
async function compiled(one: ProcessPool<'look' | 'attack', CacheReply>): Promise<void> {
  await vi.waitFor(async () => expect(await one.run('look', soon)).toMatchObject({ compiles: false }), {
    timeout: 110_000,
    interval: 500,
  })
}

/** Waits until nothing is compiled any more: a pool may still compile modules that its processes do not need. */
async function compiledWhole(): Promise<void> {
  await compileModules(cache, [join(import.meta.dirname, 'test'), import.meta.dirname], signal)
}

/** Every file below a folder. */
function contents(folder: string): Record<string, Buffer> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]))
}
