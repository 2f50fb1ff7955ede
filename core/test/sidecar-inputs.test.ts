import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { documentText } from '../src/sidecars/generators/text/index.ts'
import { thumbnails } from '../src/sidecars/generators/thumb/index.ts'
import { makeLockedPdf, makePdf, makePdfBomb, makeRecursivePdf, makeZip } from '../testing/documents/index.ts'
import { draftsOf } from '../testing/drafts.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

// Each test has real files decoded by processes of their own, some of which run into their limits.
vi.setConfig({ testTimeout: 400_000 })

const { signal } = new AbortController()

const GIGABYTE = 2 ** 30

/** Has sidecars made of all files, and says what became of them: by file, then by kind. */
async function made(t: TestCore) {
  await t.add({ mode: 'deep', watch: false })
  await t.settle()
  const outcomes: Record<string, Record<string, string>> = {}
  for (const name of readdirSync(t.root)) {
    const contentId = await t.library.files.contentOf(t.path(name), signal).catch(() => null)
    const sidecars = contentId ? await t.library.sidecars.views.list(contentId) : []
    outcomes[name] = {}
    for (const { kind, state, error } of sidecars)
      outcomes[name][kind] = state === 'failed' ? `${error!.code}: ${error!.message}` : state
  }
  return outcomes
}

/** Nothing is left over, whatever was fed to it. */
async function isClean(t: TestCore): Promise<void> {
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  expect(await t.library.sidecars.upkeep.reconcile(signal)).toEqual({ adopted: 0, setAside: 0, requeued: 0 })
  expect(draftsOf(t.library)).toEqual([])
  expect(await t.library.sidecars.views.pending({ state: 'pending', limit: 10 })).toEqual([])
  const { running, queued } = t.library.jobs.counts()
  expect([running, queued]).toEqual([0, 0])
}

/** A PNG of one colour; `interlaced` ones have to be held in memory whole. */
function png(width: number, height: number, { interlaced = false, rows = height } = {}): Buffer {
  const u32 = (value: number) => Buffer.from(new Uint32Array([value]).buffer).swap32()
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data])
    return Buffer.concat([u32(data.length), body, u32(crc32(body))])
  }
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, interlaced ? 1 : 0])])
  // Of each pass a row is a filter and its pixels; the seven passes have some more bytes than the picture.
  const pixels = deflateSync(Buffer.alloc((width + 1) * rows + (interlaced ? height * 8 : 0)), { level: 1 })
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

/** A beginning, and then four gigabytes that take no room on the disk. */
function sparse(t: TestCore, name: string, beginning: string | Buffer): void {
  const fd = openSync(t.write(name, ''), 'w')
  writeSync(fd, Buffer.from(beginning as string, 'latin1'))
  ftruncateSync(fd, 4 * GIGABYTE)
  closeSync(fd)
}

const photo = () =>
  sharp({ create: { width: 640, height: 480, channels: 3, background: '#30a050' } }).composite([
    { input: { create: { width: 200, height: 200, channels: 3, background: '#d02020' } } },
  ])

const document = (text: string) => `<w:document><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:document>`

test('pictures and documents that would take all memory or time end with a reason', async () => {
  await using t = await createTestCore({ generators: [{ ...thumbnails, deadlineMs: 20_000 }, documentText] })
  const uses = Array.from({ length: 10 }, (_, i) => `<g id="g${i + 1}">${`<use href="#g${i}"/>`.repeat(10)}</g>`)
  const entities = Array.from({ length: 10 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`)
  const svg = (inside: string, before = '') =>
    `${before}<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">${inside}</svg>`
  t.write('50k.png', png(50_000, 50_000, { rows: 1 }))
  t.write('interlaced.png', png(16_000, 16_000, { interlaced: true }))
  t.write('use.svg', svg(`<defs><rect id="g0" width="9" height="9"/>${uses.join('')}</defs><use href="#g10"/>`))
  t.write('entities.svg', svg('<text>&e10;</text>', `<!DOCTYPE svg [<!ENTITY e0 "x">${entities.join('')}]>`))
  t.write('bomb.pdf', makePdfBomb(2 ** 28))
  t.write('recursive.pdf', makeRecursivePdf())
  t.write('locked.pdf', makeLockedPdf())
  t.write('pages.pdf', makePdf(Array.from({ length: 5_000 }, (_, i) => `page ${i + 1}`)))
  t.write(
    'bomb.docx',
    makeZip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': document('a'.repeat(2 ** 27)) }),
  )
  t.write('good.jpg', await photo().jpeg().toBuffer())
  const outcomes = await made(t)
  const refused = /^(Unsupported|Corrupt|Timeout|Unavailable): \S/
  expect(outcomes).toMatchObject({
    '50k.png': { thumb: expect.stringMatching(/^Unsupported: .*pixels/) },
    'entities.svg': { thumb: expect.stringMatching(refused) },
    'locked.pdf': { thumb: expect.stringMatching(/^Unsupported: .*password/), text: expect.stringMatching(/password/) },
    'pages.pdf': { thumb: 'ready', text: 'ready' },
    'bomb.docx': { text: expect.stringMatching(/^Corrupt: .*unpacks/) },
    'good.jpg': { thumb: 'ready' },
  })
  // Whether the memory suffices for these depends on the engine: a picture or a reason.
  for (const name of ['interlaced.png', 'use.svg', 'bomb.pdf', 'recursive.pdf'])
    expect.soft(outcomes[name]!['thumb']).toMatch(/^ready$|^(Unsupported|Corrupt|Timeout|Unavailable): \S/)
  await isClean(t)
})

test('files that point to others, or to the net, have nothing read and nothing fetched', async ({ skip }) => {
  if (process.platform === 'win32') return skip('there are no FIFOs on this system')
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.end()
  }).listen(0, '127.0.0.1')
  await using _ = { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())) }
  await vi.waitFor(() => expect(server.listening).toBe(true))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await using t = await createTestCore({ generators: [{ ...thumbnails, deadlineMs: 120_000 }, documentText] })
  // Whoever opens it waits for ever.
  const trap = join(t.dataDir, '..', 'trap')
  execFileSync('mkfifo', [trap])
  const secret = join(t.dataDir, '..', 'secret.txt')
  t.write('../secret.txt', 'SECRET WORDS')
  const image = (href: string) => `<image xlink:href="${href}" width="90" height="90"/>`
  const svg = (inside: string, before = '') =>
    `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90"><rect width="90" height="90" fill="#00f"/>${inside}</svg>`
  t.write('file.svg', svg(image(`file://${trap}`) + image('../trap')))
  t.write('net.svg', svg(image(`${url}/image`) + `<style>@import url("${url}/style");</style>`))
  t.write('include.svg', svg(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://${trap}"/>`))
  t.write('entity.svg', svg('<text>&x;</text>', `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://${trap}">]>`))
  t.write('remote.svg', svg('', `<?xml-stylesheet href="${url}/sheet"?><!DOCTYPE svg SYSTEM "${url}/dtd">`))
  const related = (target: string) =>
    `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${target}" TargetMode="External"/></Relationships>`
  const docx = (target: string, before = '') =>
    makeZip({
      '[Content_Types].xml': '<Types/>',
      'word/_rels/document.xml.rels': related(target),
      'word/document.xml': `${before}${document('plain words &x;')}`,
    })
  t.write('file.docx', docx(`file://${trap}`, `<!DOCTYPE a [<!ENTITY x SYSTEM "file://${secret}">]>`))
  t.write('net.docx', docx(`${url}/docx`, `<!DOCTYPE a SYSTEM "${url}/dtd">`))
  t.write(
    'net.odt',
    makeZip({
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml': `<office:text><text:p>plain words</text:p><draw:image xlink:href="${url}/odt"/><draw:image xlink:href="file://${trap}"/></office:text>`,
    }),
  )
  t.write(
    'net.html',
    `<p>plain words<img src="${url}/html"><iframe src="file://${trap}"></iframe><link href="${url}/css">`,
  )
  t.write(
    'net.epub',
    makeZip({
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': '<rootfile full-path="a.opf"/>',
      'a.opf': `<package><manifest><item id="i" href="${url}/cover.jpg" media-type="image/jpeg" properties="cover-image"/><item id="j" href="../../../../${trap}"/></manifest></package>`,
    }),
  )
  const outcomes = await made(t)
  const all = JSON.stringify(outcomes)
  expect(asked).toEqual([])
  // Nobody waited for the trap.
  expect(all).not.toMatch(/Timeout|Unavailable|pending/)
  expect(outcomes).toMatchObject({
    'file.svg': { thumb: 'ready' },
    'net.svg': { thumb: 'ready' },
    'file.docx': { text: 'ready' },
    'net.docx': { text: 'ready' },
    'net.odt': { text: 'ready' },
    'net.html': { text: 'ready' },
  })
  for (const name of ['file.docx', 'net.odt', 'net.html']) {
    const sidecars = await t.library.sidecars.views.list(await t.library.files.contentOf(t.path(name), signal))
    const text = readFileSync(sidecars.find(({ kind }) => kind === 'text')!.path!, 'utf8')
    expect(text).toContain('plain words')
    expect(text).not.toContain('SECRET')
  }
  await isClean(t)
})

test('files that are cut, empty, of another kind than they say, endless, tiny and huge', async () => {
  await using t = await createTestCore({ generators: [thumbnails, documentText] })
  const jpeg = await photo().jpeg().toBuffer()
  const heads = { jpg: jpeg, png: await photo().png().toBuffer(), webp: await photo().webp().toBuffer() }
  for (const [extension, whole] of Object.entries(heads)) {
    t.write(`cut.${extension}`, whole.subarray(0, whole.length >> 1))
    t.write(`stub.${extension}`, whole.subarray(0, 20))
  }
  for (const extension of ['jpg', 'heic', 'pdf', 'mp4', 'mp3', 'docx', 'ttf', 'svg']) {
    t.write(`empty.${extension}`, '')
    t.write(`text-as-${extension}.${extension}`, `only words, and not what ${extension} says\n`)
  }
  t.write('jpeg-as.mp4', jpeg)
  t.write('jpeg-as.pdf', Buffer.concat([jpeg, Buffer.alloc(1)]))
  t.write(
    'svg-as.jpg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><rect width="50" height="50"/></svg>',
  )
  t.write('nothing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  t.write('nothing.gif', Buffer.from('474946383961010001000000003b', 'hex'))
  sparse(t, 'sparse.jpg', '\xff\xd8\xff\xe0\0\x10JFIF\0')
  sparse(t, 'sparse.png', png(640, 480).subarray(0, 60))
  sparse(t, 'sparse.pdf', '%PDF-1.7\n')
  sparse(t, 'sparse.mp4', '\0\0\0\x18ftypisom\0\0\0\0isomiso2')
  sparse(t, 'sparse.docx', 'PK\x03\x04')
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const dot = sharp({ create: { width: 1, height: 1, channels: 3, background: '#d02020' } })
    t.write(`1x1.${format}`, await dot.toFormat(format).toBuffer())
  }
  t.write('8k.jpg', await photo().resize(8_192, 4_320, { fit: 'fill' }).jpeg().toBuffer())
  const line = sharp({ create: { width: 9_000, height: 1, channels: 3, background: '#d02020' } })
  t.write('line.png', await line.png().toBuffer())
  const outcomes = await made(t)
  for (const [name, kinds] of Object.entries(outcomes))
    for (const [kind, outcome] of Object.entries(kinds))
      expect.soft(outcome, `${name} ${kind}`).toMatch(/^ready$|^(Unsupported|Corrupt): \S/)
  expect(outcomes).toMatchObject({
    'cut.jpg': { thumb: 'ready' },
    'stub.jpg': { thumb: expect.stringMatching(/^Corrupt|^Unsupported/) },
    'jpeg-as.mp4': { thumb: 'ready' },
    'jpeg-as.pdf': { thumb: 'ready' },
    'svg-as.jpg': { thumb: 'ready' },
    'nothing.svg': { thumb: 'Unsupported: there is no picture in it' },
    'nothing.gif': { thumb: 'Unsupported: there is no picture in it' },
    'sparse.jpg': { thumb: expect.stringMatching(/^Corrupt|^Unsupported/) },
    '1x1.jpeg': { thumb: 'ready' },
    '1x1.avif': { thumb: 'ready' },
    '8k.jpg': { thumb: 'ready' },
    'line.png': { thumb: 'ready' },
    // There is nothing to make of nothing, and nothing is said of it.
    'empty.jpg': {},
    'empty.pdf': {},
  })
  await isClean(t)
})
