import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mountHung, NO_HUNG_MOUNT } from '../../../testing/hung-mount.ts'
import { mountTmpfs, NO_MOUNTS } from '../../../testing/mount.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { splitNanoseconds } from '../../util/file-time.ts'
import { type Source, Staging } from './staging.ts'

const COPY = { inputs: [], copies: true, deadlineMs: 120_000 }

function world() {
  const parts = new AsyncDisposableStack()
  const temp = parts.use(createTempDir('staging'))
  const folder = join(temp.path, 'decoders')
  const staging = parts.use(new Staging(folder))
  const path = join(temp.path, 'a.jpg')
  writeFileSync(path, 'content', { mode: 0o444 })
  const left = () => (existsSync(folder) ? readdirSync(folder) : [])
  return { path, folder, staging, left, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

function sourceOf(path: string): Source {
  const { mtimeNs, size } = statSync(path, { bigint: true })
  return { path, size: Number(size), modifiedMs: splitNanoseconds(mtimeNs)[0] }
}

test.runIf(process.platform === 'linux')(
  'files are copied, for this user alone, until the request is over',
  async () => {
    await using w = world()
    {
      await using staged = w.staging.stage({ ...COPY, source: sourceOf(w.path), inputs: [w.path] })
      await staged.ready
      writeFileSync(`${w.path}.new`, 'another')
      renameSync(`${w.path}.new`, w.path)
      expect([staged.source!, ...staged.inputs].map((path) => readFileSync(path, 'utf8'))).toEqual([
        'content',
        'content',
      ])
      expect(statSync(staged.source!).mode & 0o777).toBe(0o600)
      await staged.assertUnchanged()
    }
    expect(w.left()).toEqual([])
  },
)

test('a file that is too large is not copied, and a change of it is found', async () => {
  await using w = world()
  truncateSync(w.path, 65 * 2 ** 20)
  await using staged = w.staging.stage({ ...COPY, source: sourceOf(w.path) })
  await staged.ready
  expect([staged.source, w.left()]).toEqual([null, []])
  await staged.assertUnchanged()
  truncateSync(w.path, 66 * 2 ** 20)
  await expect(staged.assertUnchanged()).rejects.toMatchObject({ code: 'Conflict' })
})

test.each([
  ['is gone', (path: string) => rmSync(path), 'the file is gone'],
  ['has other content', (path: string) => writeFileSync(path, 'more content'), 'the file has changed'],
  [
    'is a link now',
    (path: string) => {
      renameSync(path, `${path}.moved`)
      symlinkSync(`${path}.moved`, path)
    },
    'the file has changed',
  ],
])('a file that %s is not copied', async (_, change, message) => {
  await using w = world()
  const source = sourceOf(w.path)
  rmSync(w.path)
  writeFileSync(w.path, 'content')
  change(w.path)
  await using staged = w.staging.stage({ ...COPY, source })
  await expect(staged.ready).rejects.toMatchObject({ code: 'Conflict', message })
  expect(w.left()).toEqual([])
})

test.skipIf(NO_MOUNTS)(`a full disk is named, and nothing is left on it (${NO_MOUNTS})`, async () => {
  await using w = world()
  using _ = mountTmpfs(w.folder, '64k')
  const large = `${w.path}.large`
  writeFileSync(large, Buffer.alloc(2 ** 20))
  await using staged = w.staging.stage({ ...COPY, source: sourceOf(large) })
  const full = expect.stringContaining(`no space left for ${w.folder}`) as string
  await expect(staged.ready).rejects.toMatchObject({ code: 'DiskFull', message: full })
  await staged[Symbol.asyncDispose]()
  expect(w.left()).toEqual([])
})

test.skipIf(NO_HUNG_MOUNT)(`a disk that never answers holds up its own file alone (${NO_HUNG_MOUNT})`, async () => {
  await using w = world()
  using _ = mountHung(join(w.folder, '..', 'share'))
  const away = { ...sourceOf(w.path), path: join(w.folder, '..', 'share', 'a.jpg') }
  await using held = w.staging.stage({ ...COPY, source: away, deadlineMs: 1_000 })
  await using next = w.staging.stage({ ...COPY, source: sourceOf(w.path) })
  await expect(held.ready).rejects.toMatchObject({ code: 'Timeout' })
  await next.ready
  expect(readFileSync(next.source!, 'utf8')).toBe('content')
})
