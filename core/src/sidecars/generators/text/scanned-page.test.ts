import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdfOf, pdfStream } from '../../../../testing/documents/index.ts'
import { decode } from '../thumb/decoders/pdf.ts'
import { openPdf } from './pdf-file.ts'

const [WIDTH, HEIGHT] = [400, 600]
const PDF = { type: 'document', mime: 'application/pdf', size: 1 } as const
/** As PDFium and sharp round and shrink; of 255. */
const ALIKE = 3

let folder: string
let jpeg: Buffer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spacedrive-scan-'))
  // Red at the top, and a dark corner: upside down, mirrored or cut it would be another picture.
  const corner = { create: { width: 150, height: 200, channels: 3, background: '#203040' } } as const
  jpeg = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#e0e0d0' } })
    .composite([
      { input: { create: { width: WIDTH, height: 100, channels: 3, background: '#c03030' } }, left: 0, top: 0 },
      { input: corner, left: 250, top: 400 },
    ])
    .jpeg({ quality: 95 })
    .toBuffer()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A page of 200 × 300 points with the picture, drawn by `drawing`. */
function page({ drawing = '200 0 0 300 0 0 cm /I Do', of = '', about = '' } = {}): string {
  const image = `/Type /XObject /Subtype /Image /Width ${WIDTH} /Height ${HEIGHT} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode ${about}`
  const font = '/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>'
  const path = join(folder, `${Math.random()}.pdf`)
  writeFileSync(
    path,
    pdfOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Resources << /XObject << /I 5 0 R >> ${font} >> /Contents 4 0 R ${of} >>`,
      pdfStream('', drawing),
      pdfStream(image, jpeg.toString('latin1')),
    ]),
  )
  return path
}

async function scanOf(path: string): Promise<boolean> {
  using pdf = await openPdf(path)
  return (await pdf.scan(0)) !== null
}

/** The mean difference between the picture of a page and PDFium's own. */
async function difference(path: string, side: number): Promise<number> {
  using pdf = await openPdf(path)
  const own = await pdf.picture(0, side)
  const made = await decode(path, PDF, side)
  expect([made.width, made.height]).toEqual([own.width, own.height])
  let sum = 0
  for (let i = 0; i < own.width * own.height; i++)
    for (let channel = 0; channel < 3; channel++)
      sum += Math.abs(own.data[i * own.channels + channel]! - made.data[i * made.channels + channel]!)
  return sum / (own.width * own.height * 3)
}

test.each([
  ['alone', {}],
  [
    'with what was recognised in it',
    { drawing: 'q 200 0 0 300 0 0 cm /I Do Q BT 3 Tr /F 12 Tf 20 20 Td (seen) Tj ET' },
  ],
])('a scan %s is its JPEG, and looks as PDFium draws it, smaller and larger', async (_, of) => {
  const path = page(of)
  expect(await scanOf(path)).toBe(true)
  expect(await difference(path, 150)).toBeLessThan(ALIKE)
  expect(await difference(path, 900)).toBeLessThan(ALIKE)
})

test.each([
  ['has text that is seen', { drawing: 'q 200 0 0 300 0 0 cm /I Do Q BT /F 40 Tf 20 20 Td (seen) Tj ET' }],
  ['lies in a part of its page', { drawing: '100 0 0 150 50 50 cm /I Do' }],
  ['goes beyond its page', { drawing: '400 0 0 600 0 0 cm /I Do' }],
  ['is upside down', { drawing: '-200 0 0 -300 200 300 cm /I Do' }],
  ['is clipped', { drawing: '0 0 100 150 re W n 200 0 0 300 0 0 cm /I Do' }],
  ['is on a page that is turned', { of: '/Rotate 90' }],
  ['has its colours the other way round', { about: '/Decode [1 0 1 0 1 0]' }],
  ['lets one colour through', { about: '/Mask [0 10 0 10 0 10]' }],
])('a picture that %s is drawn by PDFium', async (_, of) => {
  const path = page(of)
  expect(await scanOf(path)).toBe(false)
  expect(await difference(path, 300)).toBe(0)
})
