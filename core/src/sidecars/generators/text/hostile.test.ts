import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  makeOutlookMessage,
  makePdf,
  makePdfBomb,
  makeRecursivePdf,
  makeWord97,
  makeZip,
} from '../../../../testing/documents/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import type { CoreError } from '../../../util/errors.ts'
import { SidecarPools } from '../../processes/sidecar-pools.ts'
import { parseTextSidecar } from '../../formats/text-sidecar.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { deadlineOf } from '../generator.ts'
import { documentText } from './index.ts'

const mimes = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  odt: 'application/vnd.oasis.opendocument.text',
  epub: 'application/epub+zip',
  html: 'text/html',
  rtf: 'application/rtf',
  eml: 'message/rfc822',
  msg: 'application/vnd.ms-outlook',
  doc: 'application/msword',
  pdf: 'application/pdf',
}

/** Read in a process of its own, as it is in earnest; then the same process has to read a good one. */
async function textOf(format: keyof typeof mimes, bytes: string | Uint8Array) {
  using temp = createTempDir('hostile')
  await using pools = new SidecarPools({ temporary: join(temp.path, 'decoders') })
  const read = async (mime: string, data: string | Uint8Array) => {
    const file = join(temp.path, 'source')
    const path = join(temp.path, 'default.json')
    writeFileSync(file, data)
    const source = { path: file, size: data.length, modifiedMs: Math.floor(statSync(file).mtimeMs) }
    const content = { type: 'document' as const, mime, size: data.length }
    const request = {
      ...PLAIN_REQUEST,
      library: temp.path,
      work: join(temp.path, 'work'),
      module: documentText.module.href,
      source,
      content,
    }
    const outputs = [{ variant: 'default', format: 'json', path, draft: `${path}.draft` }]
    const options = { signal: new AbortController().signal, deadlineMs: deadlineOf(documentText, content) }
    await pools.run('doc', { ...request, outputs }, options)
    return parseTextSidecar(readFileSync(path, 'utf8'))!
  }
  const outcome = await read(mimes[format], bytes).catch((err: unknown) => err)
  expect((await read(mimes.pdf, makePdf(['good']))).pages[0]!.text).toBe('good')
  if (outcome instanceof Error) throw outcome
  return outcome as Awaited<ReturnType<typeof read>>
}

const document = (body: string) => makeZip({ 'word/document.xml': `<w:document><w:p><w:r><w:t>${body}` })

test('a member that unpacks to far more than a document', async () => {
  const docx = makeZip({ 'word/document.xml': 'a'.repeat(4 * 2 ** 20) })
  await expect(textOf('docx', docx)).rejects.toMatchObject({ code: 'Corrupt', message: /unpacks to far more/ })
})

test('what is in order is read there, too', async () => {
  const message = { subject: 'Plans', body: 'See you', to: 'bob@example.org', file: 'map.png' }
  expect((await textOf('msg', makeOutlookMessage(message))).pages[0]!.title).toBe('Plans')
  expect((await textOf('doc', makeWord97('Dear Ann'))).pages[0]!.text).toBe('Dear Ann')
})

test('a size that is a lie', async () => {
  const docx = makeZip([{ name: 'word/document.xml', data: 'a'.repeat(2 ** 22), claimedSize: 10 }])
  await expect(textOf('docx', docx)).rejects.toMatchObject({ code: 'Corrupt', message: /archive is damaged/ })
})

test('a name that leads out of the archive', async () => {
  const docx = makeZip({ 'word/document.xml': '<w:p/>', '../../etc/passwd': 'x' })
  await expect(textOf('docx', docx)).rejects.toMatchObject({ code: 'Corrupt', message: /invalid relative path/ })
})

test('a password', async () => {
  const docx = makeZip([{ name: 'word/document.xml', data: 'x', isEncrypted: true }])
  const locked = { code: 'Unsupported', message: 'it is locked with a password' }
  await expect(textOf('docx', docx)).rejects.toMatchObject(locked)
  const inOle = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5_000)])
  await expect(textOf('xlsx', inOle)).rejects.toMatchObject(locked)
})

test('entities that grow, and ones that read files: neither is known', async () => {
  const entities =
    '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
  const docx = makeZip({ 'word/document.xml': `${entities}<w:p><w:r><w:t>&b;&f; end</w:t></w:r></w:p>` })
  expect((await textOf('docx', docx)).pages[0]!.text).toBe('&b;&f; end')
})

test('elements a million deep', async () => {
  await expect(textOf('docx', document('<a>'.repeat(1e6)))).rejects.toMatchObject({
    code: 'Corrupt',
    message: /nested/,
  })
  await expect(textOf('html', '<div>'.repeat(1e6))).rejects.toMatchObject({ code: 'Corrupt', message: /nested/ })
})

test('a text of a hundred megabytes: its beginning is kept', async () => {
  const text = Array.from({ length: 1e6 }, (_, i) => `${(i * 7_919) % 1_000_003} words and some more of them`).join(
    '</w:t><w:t>',
  )
  const { pages, truncated } = await textOf('docx', document(text))
  expect([pages[0]!.text.length > 4e6, truncated]).toEqual([true, true])
})

test('one shared text that a million cells show', async () => {
  const xlsx = makeZip({
    'xl/workbook.xml': '<sheets><sheet name="S" r:id="a"/></sheets>',
    'xl/_rels/workbook.xml.rels': '<Relationship Id="a" Target="worksheets/sheet1.xml"/>',
    'xl/sharedStrings.xml': `<si><t>${'x'.repeat(500_000)}</t></si>`,
    'xl/worksheets/sheet1.xml': '<c t="s"><v>0</v></c>'.repeat(1e5),
  })
  expect((await textOf('xlsx', xlsx)).truncated).toBe(true)
})

test('groups a million deep, and e-mail in e-mail', async () => {
  expect((await textOf('rtf', `{\\rtf1${'{'.repeat(1e6)}text`)).pages[0]!.text).toBe('text')
  const eml = Array.from(
    { length: 300 },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  ).join('')
  await expect(textOf('eml', eml)).rejects.toMatchObject({ code: 'Corrupt' })
})

test.each(['docx', 'epub', 'odt', 'rtf', 'msg', 'doc', 'pdf'] as const)(
  'noise that claims to be %s',
  async (format) => {
    const noise = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7_919) % 251)
    await expect(textOf(format, noise)).rejects.toMatchObject({ code: 'Corrupt' })
  },
)

test('a PDF of 5,000 pages', async () => {
  const { pages } = await textOf('pdf', makePdf(Array.from({ length: 5_000 }, (_, i) => `page ${i + 1}`)))
  expect([pages.length, pages.at(-1)!.text]).toEqual([5_000, 'page 5000'])
})

test.each([
  ['draws itself', makeRecursivePdf()],
  ['unpacks to a quarter of a gigabyte', makePdfBomb(2 ** 28)],
])('a PDF that %s: text or a reason, in time', async (_, bytes) => {
  const outcome = await textOf('pdf', bytes).then(
    ({ pages }) => pages.map(({ text }) => text),
    (err: CoreError) => err.code,
  )
  expect([[''], 'Corrupt', 'Unavailable', 'Timeout']).toContainEqual(outcome)
})
