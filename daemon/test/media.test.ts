import { writeFileSync, utimesSync, statSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { createTestMedia } from './media/media-server.ts'

const { signal } = new AbortController()
/** A sentence in Japanese. */
const SHIFT_JIS = 'jfCT+oLMl1uV+4FBj2aVg4KqjeyCwYK9j6yCs4LIj02C8IypgumCvYLfgsmQ7ILWjXOCq4LcgrWCvYFC'

test('an entry is sent with the type and the hash that the index knows', async () => {
  await using t = await createTestMedia()
  const path = t.write('notes/a b.md', '# Títle\n')
  await t.add({ mode: 'content' })
  await t.settle()
  const address = await t.entry(path)
  const response = await t.ask(address)
  expect(await response.text()).toBe('# Títle\n')
  expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
  expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/)
  expect(response.headers.get('content-disposition')).toBe('inline; filename="a b.md"')
  // The same bytes have the same tag wherever they are asked for.
  const byPath = await t.ask(t.file(path))
  expect(byPath.headers.get('etag')).toBe(response.headers.get('etag'))
  const copy = t.write('copies/other name.md', '# Títle\n')
  await expect.poll(async () => (await t.ask(t.file(copy))).headers.get('etag')).toBe(response.headers.get('etag'))
  const saved = await t.ask(`${address}?download=1`)
  expect(saved.headers.get('content-disposition')).toBe('attachment; filename="a b.md"')
})

test('a file that was changed behind the index has a tag of its own', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.txt', 'one')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const address = await t.entry(path)
  const before = await t.ask(address)
  const { atime, mtime } = statSync(path)
  writeFileSync(path, 'two')
  // Even where it takes pains to hide it.
  utimesSync(path, atime, mtime)
  const after = await t.ask(address, { headers: { 'if-none-match': before.headers.get('etag')! } })
  expect([after.status, await after.text()]).toEqual([200, 'two'])
})

test('a sidecar with its version in the address is asked for once', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.txt', 'quiet')
  await t.add({ mode: 'content' })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  const address = `/sidecar/${t.library.id}/${contentId}/text/default.txt`
  await t.library.sidecars.requests.resolve(`sidecar://${contentId}/text/default.txt`, 'now', signal)
  const [sidecar] = await t.library.sidecars.views.list(contentId)

  const response = await t.ask(`${address}?v=7-${sidecar!.checksum!.slice(0, 8)}`)
  expect([response.status, await response.text()]).toEqual([200, 'QUIET'])
  expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const etag = response.headers.get('etag')!
  for (const version of ['', '?v=', '?v=6-00000000']) {
    const other = await t.ask(address + version, { headers: { 'if-none-match': etag } })
    expect([other.status, other.headers.get('cache-control')]).toEqual([304, 'private, no-cache'])
  }
})

test('a sidecar that is not there says why, and is made where it is asked for', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.txt', 'quiet')
  const hopeless = t.write('b.txt', 'mumble')
  await t.add({ mode: 'content' })
  await t.settle()
  const content = `/sidecar/${t.library.id}/${await t.library.files.contentOf(path, signal)}`
  const base = `${content}/text`
  const absent = await t.ask(`${base}/loud.txt`)
  expect([absent.status, absent.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect(await absent.json()).toMatchObject({ status: 404, code: 'NotFound', details: { state: 'absent' } })

  const asked = await t.ask(`${base}/loud.txt?generate=1`)
  expect([asked.status, asked.headers.get('retry-after'), await asked.json()]).toEqual([202, '1', { state: 'pending' }])
  await vi.waitUntil(async () => (await t.ask(`${base}/loud.txt`)).status === 200)
  // Listings have one version for all variants of a kind.
  const sidecars = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
  const sums = sidecars.map(({ checksum }) => Number.parseInt(checksum!.slice(0, 8), 16))
  const together = (sums.reduce((a, b) => a + b, 0) >>> 0).toString(16).padStart(8, '0')
  const versioned = await t.ask(`${base}/loud.txt?v=7-${together}`)
  expect(versioned.headers.get('cache-control')).toContain('immutable')

  const hopelessBase = `/sidecar/${t.library.id}/${await t.library.files.contentOf(hopeless, signal)}/text`
  const generate = () => t.ask(`${hopelessBase}/default.txt?generate=1`)
  await vi.waitUntil(async () => (await generate()).status === 404)
  expect(await (await generate()).json()).toMatchObject({ details: { state: 'failed' } })
  for (const wrong of ['text/..%2fx.txt', 'text/.txt', 'nothing/default.txt', 'text/default'])
    expect(await t.ask(`${content}/${wrong}`)).toMatchObject({ status: 400 })
  expect((await t.ask(`${base}/other.txt?generate=1`)).status).toBe(404)
  expect((await t.ask(`/sidecar/${t.library.id}/00000000-0000-5000-8000-000000000000/text/default.txt`)).status).toBe(
    404,
  )
})

test('a text is served with the encoding of its language', async () => {
  await using t = await createTestMedia()
  const path = t.write('letter.txt', '')
  writeFileSync(path, Buffer.from(SHIFT_JIS, 'base64'))
  const response = await t.ask(t.file(path))
  expect(response.headers.get('content-type')).toBe('text/plain; charset=shift_jis')
  const text = new TextDecoder('shift_jis').decode(await response.arrayBuffer())
  expect(text).toBe('昨日の夕方、叔父が作った小さな舟を見るために川へ行きました。')
})
