import assert from 'node:assert/strict'
import { readXmp } from '../../../core/src/sidecars/references/read-xmp.ts'
import { type FuzzTarget, readOrRefuse, shapeOf } from '../target.ts'

const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="4">
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li></rdf:Bag></dc:subject><dc:description><rdf:Alt><rdf:li>a caption</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>`

export const target: FuzzTarget = {
  reads: 'XMP files beside photos',
  guides: [
    'core/src/sidecars/references/',
    'core/src/sidecars/generators/text/xml.ts',
    'core/src/sidecars/generators/text/decode-text.ts',
  ],
  maxBytes: 900,
  tokens: [
    '<rdf:li>',
    '</rdf:li>',
    '<rdf:Bag>',
    'rdf:Description',
    'xmlns:a="http://purl.org/dc/elements/1.1/"',
    '&#x110000;',
    '&lt;',
    '<![CDATA[',
    '<!DOCTYPE',
    '\xef\xbb\xbf',
  ],
  seeds: () => [Buffer.from(packet), Buffer.from(`\ufeff${packet}`, 'utf16le').subarray(0, 900)],
  async run(bytes) {
    const read = await readOrRefuse(() => readXmp(bytes), { codes: ['Corrupt'] })
    if ('refused' in read) return read.refused
    assert.ok(JSON.stringify(read.value).length <= 20 * bytes.length + 1_000, 'the properties are larger than the file')
    return shapeOf(read.value)
  },
}
