import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test, vi } from 'vitest'
import { startRegistry } from '../src/sidecars/engines/test/registry.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const ENGLISH = join(
  dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json')),
  '4.0.0_best_int/eng.traineddata.gz',
)
const DATA = 'package/4.0.0_best_int/deu.traineddata.gz'.slice('package/'.length)

afterEach(() => vi.unstubAllEnvs())

/** An engine whose downloads come from `registry`, and which finds no programs. */
async function createEngines(registry: string, { programs = false } = {}): Promise<TestCore> {
  vi.stubEnv('npm_config_registry', registry)
  vi.stubEnv('npm_config_userconfig', '/dev/null')
  vi.stubEnv('npm_config_globalconfig', '/dev/null')
  vi.stubEnv('LANGUAGE', 'de')
  const t = await createTestCore({ generators: undefined })
  if (!programs) vi.stubEnv('PATH', t.root)
  return t
}

/** The files of added languages. */
const languageFiles = (t: TestCore) => readdirSync(join(t.dataDir, 'engines/tessdata'))

test('every engine and model says what it gives, its licence, its size and how to get it', async () => {
  await using t = await createEngines('http://127.0.0.1:1/')
  const engines = await t.core.engines.list()
  expect(new Set(engines.map(({ job }) => job))).toEqual(
    new Set(['thumbnails', 'text', 'ocr', 'video', 'transcripts', 'embeddings']),
  )
  const unsaid = engines.filter(({ gives, how, licence }) => gives === '' || how === '' || licence === '')
  expect(unsaid).toEqual([])
  // A server is no program of this machine.
  expect(engines.filter(({ size }) => size === null).map(({ name }) => name)).toEqual([
    'OpenAI-compatible server',
    'OpenAI-compatible server',
  ])
  const ocr = await t.core.engines.list('ocr')
  expect(ocr.map(({ name, state }) => [name, state])).toEqual([
    ['tesseract', 'missing'],
    ['tesseract.js', 'embedded'],
    ['deu', 'available'],
    ['eng', 'embedded'],
  ])
})

test('only installed languages can be set for text in pictures; the others are named, with the command that adds one', async () => {
  await using t = await createTestCore({ generators: undefined })
  const set = (value: string) => t.core.changeSetting({ key: 'ocr.languages', value }, null)
  await expect(set('eng+xyz')).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringMatching(
      /^no data for the language xyz is installed\. Installed are .*\beng\b.*; `spacedrive engine add ocr xyz` adds it if it exists$/,
    ),
  })
  expect(await set('eng')).toMatchObject({ value: 'eng' })
  expect(await set('')).toMatchObject({ value: '' })
})

test('every language that can be added is listed on request', async () => {
  await using t = await createTestCore({ generators: undefined })
  const codes = (await t.core.engines.list('ocr', { all: true })).map(({ name }) => name)
  expect(codes).toEqual(expect.arrayContaining(['deu', 'eng', 'jpn', 'chi_tra']))
  expect(new Set(codes).size).toBe(codes.length)
})

test('a language is downloaded from the registry of npm’s configuration, and read by both engines', async () => {
  await using registry = await startRegistry()
  const data = await readFile(ENGLISH)
  await registry.publish({
    name: '@tesseract.js-data/deu',
    version: '1.0.0',
    files: { 'package.json': '{}', '4.0.0/deu.traineddata.gz': 'something else', [DATA]: data },
    // As a mirror answers that took the package from another registry.
    address: 'http://127.0.0.1:2',
  })
  await using t = await createEngines(registry.url)
  expect(await t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).toMatchObject({
    name: 'deu',
    state: 'found',
    gives: 'text in pictures in German',
  })
  expect(registry.asked).toEqual(['/@tesseract.js-data/deu', '/@tesseract.js-data/deu/-/1.0.0.tgz'])
  expect(languageFiles(t)).toEqual(['deu.traineddata'])
  expect(await readFile(join(t.dataDir, 'engines/tessdata/deu.traineddata'))).toEqual(gunzipSync(data))
  await expect(t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).rejects.toMatchObject({ code: 'AlreadyExists' })

  const said = '“Spacedrive reads this line and the line below it”'
  expect(await t.core.engines.test({ job: 'ocr', name: 'deu' }, signal)).toMatchObject({
    engine: { name: 'tesseract.js' },
    said,
  })
  expect(await t.core.engines.test({ job: 'ocr' }, signal)).toMatchObject({ said })

  await t.core.engines.remove({ job: 'ocr', name: 'deu' })
  expect(languageFiles(t)).toEqual([])
  await expect(t.core.engines.remove({ job: 'ocr', name: 'deu' })).rejects.toMatchObject({ code: 'NotFound' })
})

const tesseract = (process.env['PATH'] ?? '').split(':').some((folder) => {
  try {
    return readdirSync(folder).includes('tesseract')
  } catch {
    return false
  }
})

test.skipIf(!tesseract)('the tesseract on PATH reads an added language alone, and beside its own', async () => {
  await using registry = await startRegistry()
  const data = await readFile(ENGLISH)
  await registry.publish({ name: '@tesseract.js-data/deu', version: '1.0.0', files: { [DATA]: data } })
  await using t = await createEngines(registry.url, { programs: true })
  await t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)
  const read = { engine: { name: 'tesseract' }, said: '“Spacedrive reads this line and the line below it”' }
  expect(await t.core.engines.test({ job: 'ocr', name: 'deu' }, signal)).toMatchObject(read)
  expect(await t.core.engines.test({ job: 'ocr' }, signal)).toMatchObject(read)
})

test.each([
  ['is damaged on the way', (packed: Buffer) => Buffer.concat([packed.subarray(0, -9), Buffer.alloc(9)])],
  ['is another file', () => Buffer.from('hello')],
  ['is cut off', (packed: Buffer) => packed.subarray(0, 1_000)],
])('a package that %s leaves nothing behind', async (_, damage) => {
  await using registry = await startRegistry()
  const files = { [DATA]: await readFile(ENGLISH) }
  await registry.publish({ name: '@tesseract.js-data/deu', version: '1.0.0', files, damage })
  await using t = await createEngines(registry.url)
  await expect(t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).rejects.toMatchObject({ code: 'Corrupt' })
  expect(languageFiles(t)).toEqual([])
})

test('a package whose checksum is another’s is refused', async () => {
  await using registry = await startRegistry()
  const files = { [DATA]: await readFile(ENGLISH) }
  const other: Buffer[] = []
  await registry.publish({
    name: 'other',
    version: '1.0.0',
    files: { ...files, extra: 'x' },
    damage: (packed) => (other.push(packed), packed),
  })
  await registry.publish({ name: '@tesseract.js-data/deu', version: '1.0.0', files, damage: () => other[0]! })
  await using t = await createEngines(registry.url)
  await expect(t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).rejects.toThrow('its checksum is not the one')
  expect(languageFiles(t)).toEqual([])
})

test('what cannot be added says what can, and what to do', async () => {
  await using registry = await startRegistry()
  await using t = await createEngines(registry.url)
  const add = async (job: 'ocr' | 'thumbnails' | 'transcripts', name?: string) =>
    t.core.engines.add({ job, name }, signal).catch((err: Error) => err.message)
  expect(await add('ocr')).toBe(
    'name a language. This system’s are not all installed: `spacedrive engine add ocr deu` for German',
  )
  expect(await add('ocr', 'rus')).toContain('there is no package with the data of Russian (rus)')
  expect(await add('ocr', '../x')).toContain('is no code of a language')
  expect(await add('thumbnails', 'heif-convert')).toContain('apt install libheif-examples')
  expect(await add('transcripts', 'whisper-base')).toContain('ggml-base.bin')
  expect(await add('transcripts', t.write('no-model.bin'))).toContain('is no model of whisper.cpp')
})

test('without a connection the error names the registry and another way', async () => {
  await using t = await createEngines('http://127.0.0.1:1/')
  await expect(t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).rejects.toMatchObject({
    code: 'Offline',
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1 cannot be reached: .*npm config set registry.*tessdata/s),
  })
})

test('a runtime for models is unpacked without running its scripts, and set', async () => {
  await using registry = await startRegistry()
  const version = '1.30.0'
  const own = `bin/napi-v6/${process.platform}/${process.arch}/onnxruntime.node`
  await registry.publish({
    name: 'onnxruntime-node',
    version,
    files: {
      'package.json': JSON.stringify({ name: 'onnxruntime-node', version, main: 'index.js' }),
      'index.js': 'module.exports = {}',
      [own]: 'for this system',
      'bin/napi-v6/plan9/mips/onnxruntime.node': 'for another',
    },
  })
  await registry.publish({ name: 'onnxruntime-common', version, files: { 'package.json': '{}' } })
  await using t = await createEngines(registry.url)
  expect(await t.core.engines.add({ job: 'embeddings', name: 'onnxruntime-node' }, signal)).toMatchObject({ version })
  const folder = join(t.dataDir, 'engines/onnxruntime-node')
  expect(t.core.config.values.embeddings.runtime).toBe(folder)
  const files = readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
  expect(files).toContain(`onnxruntime-node/${own}`)
  expect(files.filter((name) => name.includes('plan9'))).toEqual([])
  await t.core.engines.remove({ job: 'embeddings', name: 'onnxruntime-node' })
  expect(t.core.config.values.embeddings.runtime).toBe('')
})

test('the settings of npm name the registry, for a scope or for all', async () => {
  await using registry = await startRegistry()
  await using t = await createEngines('http://127.0.0.1:1/')
  const npmrc = t.path('npmrc')
  writeFileSync(npmrc, `; a comment\n@tesseract.js-data:registry = "\${MIRROR}"\nregistry=http://127.0.0.1:2/\n`)
  vi.stubEnv('npm_config_userconfig', npmrc)
  vi.stubEnv('MIRROR', registry.url.slice(0, -1))
  await registry.publish({
    name: '@tesseract.js-data/deu',
    version: '1.0.0',
    files: { [DATA]: await readFile(ENGLISH) },
  })
  expect(await t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)).toMatchObject({ state: 'found' })
})

test.skipIf(process.platform === 'win32')('if no settings name a registry, npm itself does', async () => {
  await using registry = await startRegistry()
  await using t = await createEngines('')
  const bin = t.path('bin')
  mkdirSync(bin)
  vi.stubEnv('npm_config_userconfig', t.path('none'))
  vi.stubEnv('npm_config_globalconfig', t.path('none'))
  vi.stubEnv('PATH', bin)
  const add = () => t.core.engines.add({ job: 'ocr', name: 'deu' }, signal)
  await expect(add()).rejects.toMatchObject({ code: 'Unavailable', message: expect.stringContaining('Install npm') })
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n[ "$*" = 'config get registry' ] && echo ${registry.url}\n`, {
    mode: 0o755,
  })
  await registry.publish({
    name: '@tesseract.js-data/deu',
    version: '1.0.0',
    files: { [DATA]: await readFile(ENGLISH) },
  })
  expect(await add()).toMatchObject({ state: 'found' })
})

test('each task is tried on a sample', async () => {
  await using t = await createEngines('http://127.0.0.1:1/')
  const tried = async (job: 'thumbnails' | 'text' | 'video' | 'embeddings') =>
    (await t.core.engines.test({ job }, signal)).said
  expect(await tried('thumbnails')).toMatch(/^a picture of \d+ bytes$/)
  expect(await tried('text')).toBe('“Spacedrive reads this line and the line below it”')
  expect(await tried('video')).toMatch(/^a picture of \d+ bytes$/)
  expect(await tried('embeddings')).toBe('a vector of 512 numbers')
  await expect(t.core.engines.test({ job: 'transcripts' }, signal)).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('no engine for transcripts is set'),
  })
})
