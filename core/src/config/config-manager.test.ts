import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Logger, silentLogger } from '../util/logger.ts'
import { ConfigManager, type ConfigOptions } from './config-manager.ts'
import { migrateConfig } from './migrations.ts'
import { settingsOf } from './schema.ts'

/** The settings of a host. */
const groups = {
  log: {
    isLive: true,
    schema: z.object({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('how much is written'),
      maxBytes: z.int().default(10_485_760).describe('the size of a file'),
      files: z.int().default(5).describe('the number of files'),
    }),
  },
} as const

function open(options: Omit<ConfigOptions, 'groups'>): Promise<ConfigManager<typeof groups>> {
  return ConfigManager.open({ ...options, groups })
}

async function dataDir(config?: unknown) {
  const path = await mkdtemp(join(tmpdir(), 'sd-config-'))
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  if (config !== undefined) await writeFile(join(path, 'config.json'), text)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
function recorder() {
  const lines: string[] = []
  const add = (_fields: object, message: string) => void lines.push(message)
  return { lines, log: { ...silentLogger, warn: add, error: add } satisfies Logger }
}

test('a flag wins over the environment, the environment over the file, the file over the user’s file, that over the default', async () => {
  await using dir = await dataDir({ version: 1, log: { level: 'warn' }, jobs: { keepEnded: 7 } })
  const userFile = join(dir.path, 'user.json')
  await writeFile(userFile, JSON.stringify({ version: 1, log: { files: 9, level: 'debug' } }))
  const options = { dataDir: dir.path, log: silentLogger, userFile }
  const config = await open({
    ...options,
    env: { SPACEDRIVE_JOBS_KEEP_ENDED: '8' },
    flags: { 'watch.enabled': 'false' },
  })
  const of = (key: string) => [config.explain(key).value, config.explain(key).source]
  expect([of('watch.enabled'), of('jobs.keepEnded'), of('log.level'), of('log.files'), of('indexing.walkers')]).toEqual(
    [
      [false, 'flag'],
      [8, 'environment'],
      ['warn', 'file'],
      [9, 'file'],
      [2, 'default'],
    ],
  )
  expect(config.values).toMatchObject({
    watch: { enabled: false },
    jobs: { keepEnded: 8 },
    log: { level: 'warn', files: 9 },
  })
})

test('a broken file is set aside with its content, and the defaults hold', async () => {
  await using dir = await dataDir('{ "log": ')
  const { lines, log } = recorder()
  const config = await open({ dataDir: dir.path, log })
  expect(config.explain('log.level').source).toBe('default')
  expect(lines[0]).toContain('set aside')
  await config.set('log.level', 'debug')
  const aside = (await readdir(dir.path)).find((name) => name.includes('.broken-'))
  expect(await readFile(join(dir.path, aside!), 'utf8')).toBe('{ "log": ')
})

test('each value says which variable or file it comes from', async () => {
  await using dir = await dataDir({ version: 1, log: { level: 'warn' } })
  const userFile = join(dir.path, 'user.json')
  await writeFile(userFile, JSON.stringify({ log: { files: 9 } }))
  const env = { SPACEDRIVE_LOG_MAX_BYTES: '70000', SPACEDRIVE_LOG_LEVEL: '' }
  const config = await open({ dataDir: dir.path, log: silentLogger, userFile, env })
  const from = (key: string) => config.explain(key).from
  expect([from('log.maxBytes'), from('log.level'), from('log.files'), from('watch.enabled')]).toEqual([
    'SPACEDRIVE_LOG_MAX_BYTES',
    join(dir.path, 'config.json'),
    userFile,
    null,
  ])
})

test('a broken file of the user is passed over and stays where it is: it is theirs', async () => {
  await using dir = await dataDir()
  const userFile = join(dir.path, 'user.json')
  await writeFile(userFile, '{ "log": ')
  const { lines, log } = recorder()
  await open({ dataDir: dir.path, log, userFile })
  expect(lines).toEqual([expect.stringContaining('passed over')])
  expect(await readdir(dir.path)).toEqual(['user.json'])
})

test('what a person writes into the file meanwhile is kept, and holds', async () => {
  await using dir = await dataDir({ version: 1 })
  const file = join(dir.path, 'config.json')
  const config = await open({ dataDir: dir.path, log: silentLogger })
  const changed: string[] = []
  using subscription = config.onChange(({ key }) => changed.push(key))
  await writeFile(file, JSON.stringify({ version: 1, log: { files: 3 }, plugin: 'x' }))
  const [first] = await Promise.all([config.set('log.level', 'debug'), config.set('jobs.keepEnded', '7')])
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    version: 1,
    log: { files: 3, level: 'debug' },
    jobs: { keepEnded: 7 },
    plugin: 'x',
  })
  expect(config.values).toMatchObject({ log: { files: 3, level: 'debug' }, jobs: { keepEnded: 7 } })
  expect(changed).toEqual(['log.level', 'log.files', 'jobs.keepEnded'])
  expect(first).toMatchObject({ value: 'debug', source: 'file', scope: 'device', restartNeeded: false })
  subscription[Symbol.dispose]()
  expect(await config.set('jobs.keepEnded', '8')).toMatchObject({ restartNeeded: true })
  expect(changed).toHaveLength(3)
})

test('a file that is a link stays one', async () => {
  await using dir = await dataDir()
  const kept = join(dir.path, 'dotfiles.json')
  await writeFile(kept, '\uFEFF{ "log": { "files": 3 } }')
  await symlink(kept, join(dir.path, 'config.json'))
  const config = await open({ dataDir: dir.path, log: silentLogger })
  await config.set('log.level', 'debug')
  expect(JSON.parse(await readFile(kept, 'utf8'))).toMatchObject({ log: { files: 3, level: 'debug' } })
  expect((await lstat(join(dir.path, 'config.json'))).isSymbolicLink()).toBe(true)
})

test('an unknown key is told with the nearest one, and kept', async () => {
  await using dir = await dataDir({ version: 1, log: { levle: 'debug' }, plugin: { a: 1 } })
  const { lines, log } = recorder()
  const config = await open({ dataDir: dir.path, log })
  expect(lines.join('\n')).toContain('unknown setting log.levle; did you mean log.level?')
  await config.set('log.files', '3')
  expect(JSON.parse(await readFile(join(dir.path, 'config.json'), 'utf8'))).toEqual({
    version: 1,
    log: { levle: 'debug', files: 3 },
    plugin: { a: 1 },
  })
})

test('a value that makes no sense is refused, and one in the file is passed over', async () => {
  await using dir = await dataDir({ version: 1, log: { level: 'loud' } })
  const { lines, log } = recorder()
  const config = await open({ dataDir: dir.path, log, env: { SPACEDRIVE_LOG_FILES: 'many' } })
  expect(config.values.log).toMatchObject({ level: 'info', files: 5 })
  expect(lines).toEqual([expect.stringContaining('SPACEDRIVE_LOG_FILES'), expect.stringContaining('log.level has')])
  await expect(config.set('log.level', 'loud')).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(config.set('log.lvl', 'info')).rejects.toMatchObject({ code: 'NotFound' })
})

test('a setting in bytes takes a size with a unit, and says so', async () => {
  await using dir = await dataDir()
  const config = await open({ dataDir: dir.path, log: silentLogger })
  for (const [text, value] of [
    ['5GB', 5_000_000_000],
    ['512 MiB', 536_870_912],
    ['1.5mb', 1_500_000],
    ['2048', 2_048],
  ] as const)
    expect((await config.set('log.maxBytes', text)).value).toBe(value)
  await expect(config.set('log.maxBytes', 'much')).rejects.toThrow(
    'log.maxBytes cannot be "much": it must be a number; write a size, such as 5GB or 512MiB',
  )
  await expect(config.set('log.files', '5GB')).rejects.toThrow(/must be a number$/)
})

test('a removed value lets the next source hold again, whatever is above it', async () => {
  await using dir = await dataDir({ version: 1, log: { level: 'warn', files: 2 }, unknown: 7 })
  const config = await open({ dataDir: dir.path, log: silentLogger, env: { SPACEDRIVE_LOG_FILES: '9' } })
  const changed: string[] = []
  using _listening = config.onChange(({ key }) => void changed.push(key))
  expect(await config.unset('log.level')).toMatchObject({ value: 'info', source: 'default', restartNeeded: false })
  expect(await config.unset('log.files')).toMatchObject({ value: 9, source: 'environment' })
  expect(changed).toEqual(['log.level'])
  expect(JSON.parse(await readFile(join(dir.path, 'config.json'), 'utf8'))).toEqual({ version: 1, unknown: 7 })
  await expect(config.unset('log.level')).rejects.toMatchObject({
    code: 'NotFound',
    message: expect.stringMatching(/^log\.level is not set in .*config\.json; its value comes from: default$/),
  })
  await expect(config.unset('log.lvl')).rejects.toThrow('did you mean log.level?')
})

test('a file of a newer version is refused and left alone', async () => {
  await using dir = await dataDir({ version: 99 })
  await expect(open({ dataDir: dir.path, log: silentLogger })).rejects.toMatchObject({
    code: 'VersionMismatch',
  })
})

test('migrations run in order, each once', () => {
  const steps = [1, 2, 3].map((to) => ({
    to,
    migrate: (file: Record<string, unknown>) => ({ ...file, seen: [...((file['seen'] as number[]) ?? []), to] }),
  }))
  expect(migrateConfig({ version: 1 }, steps)).toEqual({ version: 1, seen: [2, 3] })
})

test('every setting says what it does', () => {
  expect(settingsOf({}).filter((setting) => setting.summary === '')).toEqual([])
})

test('without the groups of a host, its keys are unknown and kept', async () => {
  await using dir = await dataDir({ version: 1, log: { level: 'debug' } })
  const { lines, log } = recorder()
  const config = await ConfigManager.open({ dataDir: dir.path, log })
  expect(lines).toEqual([expect.stringContaining('unknown setting log.level')])
  await expect(config.set('log.level', 'info')).rejects.toMatchObject({ code: 'NotFound' })
  await config.set('jobs.keepEnded', '7')
  expect(JSON.parse(await readFile(join(dir.path, 'config.json'), 'utf8'))).toMatchObject({ log: { level: 'debug' } })
})
