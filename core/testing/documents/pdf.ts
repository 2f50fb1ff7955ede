import { deflateSync } from 'node:zlib'

/** Width and height of a page in points. */
const PAGE = [300, 400] as const

/** A PDF with a page for each text: lines in Helvetica, none where it is empty, on a sheet with a red bar on top. */
export function makePdf(pages: readonly string[]): Buffer {
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')
  const bodies = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  for (const [i, text] of pages.entries()) {
    const lines =
      text === '' ? [] : text.split('\n').map((line, y) => `1 0 0 1 20 ${340 - 24 * y} Tm (${escaped(line)}) Tj`)
    const drawing = `1 0 0 rg 0 380 300 20 re f 0 g BT /F 18 Tf ${lines.join(' ')} ET`
    bodies.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.join(' ')}] /Resources << /Font << /F 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
      pdfStream('', drawing),
    )
  }
  return pdfOf(bodies)
}

/**
 * A page with a line in a font of Chinese, Japanese or Korean that is not in the file. `encoding` is the name of the
 * table that makes its letters of the bytes; `collection` the set of letters of the script, such as `Japan1`.
 */
export function makeCjkPdf(font: {
  readonly name: string
  readonly encoding: string
  readonly collection: string
  readonly bytes: Uint8Array
}): Buffer {
  const drawing = `BT /F 36 Tf 1 0 0 1 20 300 Tm <${Buffer.from(font.bytes).toString('hex')}> Tj ET`
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.join(' ')}] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>`,
    pdfStream('', drawing),
    `<< /Type /Font /Subtype /Type0 /BaseFont /${font.name} /Encoding /${font.encoding} /DescendantFonts [6 0 R] >>`,
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /${font.name} /CIDSystemInfo << /Registry (Adobe) /Ordering (${font.collection}) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>`,
    `<< /Type /FontDescriptor /FontName /${font.name} /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 >>`,
  ])
}

/** A form that draws itself, over and over. */
export function makeRecursivePdf(): Buffer {
  const form = '/Type /XObject /Subtype /Form /BBox [0 0 300 400] /Resources << /XObject << /X 5 0 R /Y 5 0 R >> >>'
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Resources << /XObject << /X 5 0 R >> >> /Contents 4 0 R >>',
    pdfStream('', '/X Do /X Do'),
    pdfStream(form, '/X Do /Y Do /X Do /Y Do'),
  ])
}

/** A page whose drawing unpacks to `bytes` of rectangles. */
export function makePdfBomb(bytes: number): Buffer {
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R >>',
    pdfStream('/Filter /FlateDecode', deflateSync(Buffer.alloc(bytes, '0 0 9 9 re f ')).toString('latin1')),
  ])
}

/** One that asks for a password nobody knows. */
export function makeLockedPdf(): Buffer {
  const bodies = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [] /Count 0 >>',
    `<< /Filter /Standard /V 1 /R 2 /P -4 /O <${'11'.repeat(32)}> /U <${'22'.repeat(32)}> >>`,
  ]
  return pdfOf(bodies, `/Encrypt 3 0 R /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>]`)
}

/** A PDF of objects, the first of which is its catalog; their numbers begin with 1. */
export function pdfOf(bodies: readonly string[], more = ''): Buffer {
  const parts = ['%PDF-1.7\n']
  const offsets: number[] = []
  let at = parts[0]!.length
  for (const [i, body] of bodies.entries()) {
    const object = `${i + 1} 0 obj\n${body}\nendobj\n`
    offsets.push(at)
    parts.push(object)
    at += object.length
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${table}`,
    `trailer\n<< /Size ${bodies.length + 1} /Root 1 0 R ${more} >>\nstartxref\n${at}\n%%EOF\n`,
  )
  return Buffer.from(parts.join(''), 'latin1')
}

/** An object that holds data. */
export function pdfStream(dictionary: string, data: string): string {
  return `<< ${dictionary} /Length ${data.length} >>\nstream\n${data}\nendstream`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, String.raw`\$&`)
}
