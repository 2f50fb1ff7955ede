import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('a file with several names is listed once among the copies, and at most a thousand copies are listed', async () => {
  await using t = await createTestCore()
  const first = t.write('a/first.txt', 'the same')
  linkSync(first, t.path('a/other-name.txt'))
  t.write('b/copy.txt', 'the same')
  for (let i = 0; i < 1_002; i++) t.write(`many/${i}.txt`, 'many of it')
  await t.add({ mode: 'content' })
  await t.settle()
  const { groups, notes } = await t.library.files.duplicates({ verify: false, limit: 10 }, signal)
  const [many, few] = groups
  expect(few?.files.map(({ path }) => path.slice(t.root.length + 1))).toEqual([
    expect.stringMatching(/^a\/(first|other-name)\.txt$/),
    'b/copy.txt',
  ])
  expect(many?.files).toHaveLength(1_000)
  expect(notes).toEqual([{ path: many?.files[0]?.path, message: 'has 1001 copies, of which 999 are shown' }])
})

test('a path that cannot be reached says why', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const list = (path: string) =>
    t.library.files.list(
      { path, all: false, sort: 'name', reverse: false, foldersFirst: true, thumbs: false, limit: 1, offset: 0 },
      signal,
    )
  await expect(list(t.path('none'))).rejects.toMatchObject({ code: 'NotFound' })
  await expect(list(t.path('a.txt/below'))).rejects.toMatchObject({ code: 'NotFound' })
  await expect(list(`${t.root}/\0`)).rejects.toMatchObject({ code: 'InvalidInput' })
})

test.skipIf(process.platform !== 'linux')('a name that is not text is not handed to another program', async () => {
  await using t = await createTestCore()
  const path = Buffer.concat([Buffer.from(join(t.root, 'x')), Buffer.from([0xff])])
  writeFileSync(path, '')
  await expect(t.library.files.open(`base64:${path.toString('base64')}`)).rejects.toMatchObject({ code: 'Unsupported' })
})

test.skipIf(process.platform !== 'linux')('a file is opened only if an application takes it', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const bin = t.path('bin')
  mkdirSync(bin)
  const opener = (line: string) => writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
  vi.stubEnv('SSH_CONNECTION', undefined)
  vi.stubEnv('WAYLAND_DISPLAY', undefined)
  vi.stubEnv('DISPLAY', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  opener(`echo "$1" > '${t.path('opened')}'`)
  await expect(t.library.files.open(t.path('a.txt'))).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('the daemon was started without a desktop'),
  })
  vi.stubEnv('DISPLAY', ':0')
  expect(await t.library.files.open(t.path('a.txt'))).toEqual({ path: t.path('a.txt'), program: 'xdg-open' })
  expect(readFileSync(t.path('opened'), 'utf8')).toBe(`${t.path('a.txt')}\n`)
  opener('exit 3')
  await expect(t.library.files.open(t.path('a.txt'))).rejects.toMatchObject({
    code: 'Unavailable',
    message: `${t.path('a.txt')} cannot be opened: xdg-open found no application for it, or the application failed (3)`,
  })
})

test('a device that no library knows has no list of jobs', async () => {
  await using t = await createTestCore()
  const { name } = t.core.device.info()
  expect(await t.library.findDevice(name)).toMatchObject({ current: true })
  await expect(t.library.findDevice('nobody')).rejects.toMatchObject({ code: 'NotFound' })
})
