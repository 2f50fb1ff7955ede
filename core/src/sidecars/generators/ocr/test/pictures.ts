import sharp from 'sharp'
import { pdfOf, pdfStream } from '../../../../../testing/documents/index.ts'

const LINE_HEIGHT = 40

/** A page with lines of text on it, as a PNG. Needs some font on the system. */
export function drawPage(lines: readonly string[], { ink = '#111', ground = '#fff', size = 24 } = {}): Promise<Buffer> {
  const height = LINE_HEIGHT * (lines.length + 2)
  const placed = lines.map((line, i) => ({ line, x: 60, y: LINE_HEIGHT * (i + 1.5) }))
  return draw(
    { width: 1_100, height, font: 'DejaVu Sans, Liberation Sans, Arial, sans-serif', size, ink, ground },
    placed,
  )
}

/** An A4 page as a scanner makes it, at 200 dots per inch. */
export function drawA4(lines: readonly string[]): Promise<Buffer> {
  const [width, height, margin] = [1_654, 2_339, 150]
  const step = (height - 2 * margin) / lines.length
  const placed = lines.map((line, i) => ({ line, x: margin, y: margin + (i + 0.7) * step }))
  const font = 'DejaVu Serif, Liberation Serif, serif'
  return draw({ width, height, font, size: 27, ink: '#000', ground: '#fff' }, placed)
}

interface Paper {
  readonly width: number
  readonly height: number
  readonly font: string
  readonly size: number
  readonly ink: string
  readonly ground: string
}

function draw(
  { width, height, font, size, ink, ground }: Paper,
  lines: readonly { line: string; x: number; y: number }[],
): Promise<Buffer> {
  const text = lines.map(({ line, x, y }) => `<text x="${x}" y="${y}">${line}</text>`).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="${ground}"/>
    <g font-family="${font}" font-size="${size}" fill="${ink}">${text}</g></svg>`
  return sharp(Buffer.from(svg)).withMetadata({ density: 200 }).png().toBuffer()
}

/** What a camera sees where there is nothing to read: soft shapes and noise. */
export async function drawScene(width = 1_200, height = 900): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const scene = sharp({ create: { width, height, channels: 3, background: '#888', noise } })
  return scene.blur(1.2).jpeg().toBuffer()
}

/** A PDF whose pages are pictures, as a scanner makes it. */
export async function makeScan(pages: readonly Buffer[]): Promise<Buffer> {
  const bodies = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((_, i) => `${3 + 3 * i} 0 R`).join(' ')}] /Count ${pages.length} >>`,
  ]
  for (const [i, page] of pages.entries()) {
    const { width, height } = await sharp(page).metadata()
    const photo = await sharp(page).toColourspace('b-w').jpeg().toBuffer()
    bodies.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${4 + 3 * i} 0 R /Resources << /XObject << /Im ${5 + 3 * i} 0 R >> >> >>`,
      pdfStream('', `q ${width} 0 0 ${height} 0 0 cm /Im Do Q`),
      pdfStream(
        `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode`,
        photo.toString('latin1'),
      ),
    )
  }
  return pdfOf(bodies)
}

/** A PDF with a page of text, and a page that is a photo of a page. */
export async function makePdf(text: string, page: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(page).metadata()
  const photo = await sharp(page).toColourspace('b-w').jpeg().toBuffer()
  const place = `q 595 0 0 ${Math.round((595 * height) / width)} 0 300 cm /Im Do Q`
  const write = `BT /F 12 Tf 50 700 Td (${text}) Tj ET`
  const objects: (string | [string, Uint8Array])[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F 7 0 R >> >> >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /XObject << /Im 8 0 R >> >> >>',
    [`<< /Length ${write.length} >>`, Buffer.from(write)],
    [`<< /Length ${place.length} >>`, Buffer.from(place)],
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    [
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length ${photo.length} >>`,
      photo,
    ],
  ]
  const parts: Uint8Array[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  for (const [i, object] of objects.entries()) {
    offsets.push(Buffer.concat(parts).length)
    const [head, stream] = typeof object === 'string' ? [object, null] : object
    parts.push(Buffer.from(`${i + 1} 0 obj\n${head}\n`))
    if (stream) parts.push(Buffer.from('stream\n'), stream, Buffer.from('\nendstream\n'))
    parts.push(Buffer.from('endobj\n'))
  }
  const start = Buffer.concat(parts).length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}
