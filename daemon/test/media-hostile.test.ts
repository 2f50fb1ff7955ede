import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { createTestMedia, type TestMedia } from './media/media-server.ts'

const ON_WINDOWS = process.platform === 'win32'

/** What an address is answered with: the status, and the code of the problem or the body. */
async function answer(t: TestMedia, address: string): Promise<[number, string]> {
  const response = await t.ask(address)
  if (response.status < 300) return [response.status, await response.text()]
  const { code } = (await response.json()) as { code: string }
  return [response.status, code]
}

test.skipIf(ON_WINDOWS)('files of every name are sent by their paths, under the names they have', async () => {
  await using t = await createTestMedia()
  const names = [
    'a b#c?d&e=f%41+.txt',
    'new\nline.txt',
    'photo\u202Egpj.txt',
    `${'ü'.repeat(125)}.txt`,
    '"quoted\\".txt',
    '-',
  ]
  for (const name of names) {
    const response = await t.ask(t.file(t.write(name)))
    const disposition = response.headers.get('content-disposition')!
    const encoded = /filename\*=UTF-8''(.*)$/.exec(disposition)?.[1]
    const shown = encoded === undefined ? /filename="(.*)"/.exec(disposition)?.[1] : decodeURIComponent(encoded)
    expect([shown, response.status, await response.text()]).toEqual([name, 200, name])
  }
})

test.skipIf(process.platform !== 'linux')('a file whose name is not text is sent by the bytes of it', async () => {
  await using t = await createTestMedia()
  const path = Buffer.concat([Buffer.from(`${t.root}/`), Buffer.from([0xff, 0xfe, 0x2e, 0x74, 0x78, 0x74])])
  writeFileSync(path, 'bytes')
  const response = await t.ask(t.file(path))
  expect([response.status, await response.text()]).toEqual([200, 'bytes'])
  expect(response.headers.get('content-disposition')).toBe(
    `inline; filename="__.txt"; filename*=UTF-8''%EF%BF%BD%EF%BF%BD.txt`,
  )
})

test.skipIf(ON_WINDOWS)('what is no file is told at once, and never waited for', async () => {
  await using t = await createTestMedia()
  mkdirSync(t.path('folder'))
  execFileSync('mkfifo', [t.path('pipe')])
  symlinkSync('/etc/passwd', t.path('link'))
  symlinkSync('link2', t.path('link2'))
  await using _socket = await new Promise<AsyncDisposable>((resolve) => {
    const server = createServer().listen(t.path('socket'), () => resolve(server))
  })
  for (const name of ['folder', 'pipe', 'link', 'link2', 'socket'])
    expect([name, ...(await answer(t, t.file(t.path(name))))]).toEqual([name, 400, 'InvalidInput'])
  expect(await answer(t, t.file('/dev/zero'))).toEqual([400, 'InvalidInput'])
  expect(await answer(t, t.file('/'))).toEqual([400, 'InvalidInput'])
})

test.skipIf(ON_WINDOWS)('a path leads nowhere but where it says', async () => {
  await using t = await createTestMedia()
  t.write('a.txt')
  symlinkSync('/etc', t.path('etc'))
  for (const [path, expected] of [
    [`${t.root}/../files/a.txt`, [400, 'InvalidInput']],
    [`${t.root}/./a.txt`, [400, 'InvalidInput']],
    [`${t.root}//a.txt`, [400, 'InvalidInput']],
    ['a.txt', [400, 'InvalidInput']],
    ['', [400, 'InvalidInput']],
    [`${t.root}/a.txt\0.png`, [400, 'InvalidInput']],
    [Buffer.from(`${t.root}/a.txt\0`), [400, 'InvalidInput']],
    [`${t.root}/${'n'.repeat(300)}`, [400, 'InvalidInput']],
    [t.path('etc/passwd'), [404, 'NotFound']],
    [t.path('gone.txt'), [404, 'NotFound']],
    [t.path('a.txt/b'), [404, 'NotFound']],
  ] as const)
    expect([path, ...(await answer(t, t.file(path)))]).toEqual([path, ...expected])
  expect(await answer(t, t.file(`${t.root}/${'n/'.repeat(3_000)}a`))).toEqual([404, 'NotFound'])
  expect(await answer(t, '/file/name')).toEqual([400, 'InvalidInput'])
})

test.skipIf(ON_WINDOWS)('an entry whose folder has become a link to another place is not there', async () => {
  await using t = await createTestMedia()
  const path = t.write('folder/a.txt')
  await t.add({ mode: 'shallow', watch: false })
  const address = await t.entry(path)
  expect(await answer(t, address)).toEqual([200, 'folder/a.txt'])
  renameSync(t.path('folder'), t.path('other'))
  symlinkSync('other', t.path('folder'))
  expect(await answer(t, address)).toEqual([404, 'NotFound'])
})

test('an entry that is none, and one that is a folder, say so', async () => {
  await using t = await createTestMedia()
  t.write('folder/a.txt')
  await t.add({ mode: 'shallow', watch: false })
  const { id } = t.library
  expect(await answer(t, await t.entry(t.path('folder')))).toEqual([400, 'InvalidInput'])
  expect(await answer(t, `/entry/${id}/019a0000-0000-7000-8000-000000000000/x`)).toEqual([404, 'NotFound'])
  expect(await answer(t, `/entry/${id}/1/x`)).toEqual([400, 'InvalidInput'])
  expect(await answer(t, '/entry/019a0000-0000-7000-8000-000000000000/019a0000-0000-7000-8000-000000000000/x')).toEqual(
    [404, 'NotFound'],
  )
})

test('the error for a file on an unplugged disk names the disk and the location', async () => {
  await using t = await createTestMedia()
  const path = t.write('place/a.txt')
  const { locationId } = await t.add({ path: t.path('place'), mode: 'shallow', watch: false })
  const [byEntry, byPath] = [await t.entry(path), t.file(path)]
  const { volume } = t.core.volumes.volumeForPath(path)!
  renameSync(t.path('place'), t.path('elsewhere'))
  await t.library.locations.rescan({ location: locationId, force: false }).catch(() => {})
  await t.settle()
  for (const address of [byEntry, byPath]) {
    const response = await t.ask(address)
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: 'Offline', detail: expect.stringContaining('in the location place'), details: { volume: volume.name } },
    ])
  }
})

test.each([
  ['page.html', '<script>alert(1)</script>', 'text/html; charset=utf-8'],
  [
    'drawing.svg',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'image/svg+xml; charset=utf-8',
  ],
  ['page.xhtml', '<html xmlns="http://www.w3.org/1999/xhtml"/>', 'application/xhtml+xml; charset=utf-8'],
  ['code.js', 'alert(1)', 'text/plain; charset=utf-8'],
  ['code.mjs', 'export default 1', 'text/plain; charset=utf-8'],
  ['style.css', 'body { color: red }', 'text/plain; charset=utf-8'],
])('%s runs nowhere in our origin', async (name, content, type) => {
  await using t = await createTestMedia()
  const { headers } = await t.ask(t.file(t.write(name, `${content}<!-- ü -->`)))
  expect(headers.get('content-type')).toBe(type)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  const policy = headers.get('content-security-policy')!.split('; ')
  expect(policy).toContain('sandbox')
  expect(policy).toContain("default-src 'none'")
  expect(policy.some((rule) => /^script-src|allow-/.test(rule))).toBe(false)
})
