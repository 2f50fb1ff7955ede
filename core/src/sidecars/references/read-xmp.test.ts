import { expect, test } from 'vitest'
import { readXmp } from './read-xmp.ts'

const description = (attributes: string, inside = '') =>
  `<?xpacket begin="\u{feff}" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 ${attributes}>${inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

const read = (text: string) => readXmp(Buffer.from(text))

test('what Lightroom writes is read', async () => {
  const text = description(
    `xmp:Rating="4" xmp:Label="Red" xmp:CreateDate="2024-05-01T10:20:30.12" xmp:ModifyDate="2024-06-01T08:00:00+02:00"
     photoshop:DateCreated="2024-05-01T10:20:30.12" photoshop:SidecarForExtension="CR2"
     exif:GPSLatitude="47,22.5N" exif:GPSLongitude="8,30,36W" exif:GPSAltitude="4085/10" exif:GPSAltitudeRef="1"`,
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">At sea</rdf:li><rdf:li xml:lang="de">Auf See</rdf:li></rdf:Alt></dc:title>
     <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Waves &amp; wind &#x2014; &lt;calm&gt;</rdf:li></rdf:Alt></dc:description>
     <dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
     <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>boat</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>`,
  )
  expect(await read(text)).toEqual({
    rating: 4,
    label: 'Red',
    title: 'At sea',
    description: 'Waves & wind — <calm>',
    creators: ['Ada', 'Bob'],
    subjects: ['sea', 'boat'],
    takenAt: '2024-05-01T10:20:30.12',
    createdAt: '2024-05-01T10:20:30.12',
    modifiedAt: '2024-06-01T08:00:00+02:00',
    latitude: 47.375,
    longitude: -8.51,
    altitude: -408.5,
    forExtension: 'cr2',
  })
})

test('names count by their namespace, whatever their prefix, and properties of other things do not', async () => {
  const text = description(
    'xmlns:a="http://ns.adobe.com/xap/1.0/" xmlns:m="http://ns.microsoft.com/photo/1.0/" a:Rating="2" m:Rating="75"',
    `<a:Thing rdf:parseType="Resource"><a:Rating>5</a:Rating><dc:title>of a thing</dc:title></a:Thing>
     <a:Other><rdf:Description><dc:title>of another</dc:title></rdf:Description></a:Other>`,
  )
  expect(await read(text)).toEqual({ rating: 2 })
})

test('what is no value of its kind is left out', async () => {
  const wrong = `xmp:Rating="75" exif:GPSLatitude="99,0N" exif:GPSLongitude="8,0E" exif:GPSAltitude="1/0"`
  expect(await read(description(wrong))).toEqual({})
  expect(await read(description('xmp:Rating="-1" exif:GPSLatitude="47,0N"'))).toEqual({ rating: -1 })
})

test('UTF-16 with its mark is read', async () => {
  const text = description('', '<dc:title>Ørsted</dc:title>').replace('\u{feff}', '')
  expect(await readXmp(Buffer.from(`\u{feff}${text}`, 'utf16le'))).toEqual({ title: 'Ørsted' })
})

test('what is no XMP is said to be none', async () => {
  for (const text of ['', 'not XML', '<svg/>', '/* XPM */ static char *a[] = {};'])
    await expect(read(text)).rejects.toMatchObject({ code: 'Corrupt' })
})

test('no entity grows or reads a file', async () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`
  const facts = await read(bomb + description('', '<dc:title>&b;&f;</dc:title>'))
  expect(facts.title ?? '').not.toMatch(/aaaaaaaaaa|root:/)
})

test('deep, long and endless lists stay within their limits, and take no time', async () => {
  const begun = performance.now()
  const many = '<rdf:li>keyword</rdf:li>'.replace('keyword', 'k'.repeat(50)).repeat(40_000)
  const { subjects } = await read(description('', `<dc:subject><rdf:Bag>${many}</rdf:Bag></dc:subject>`))
  expect(subjects).toEqual(['k'.repeat(50)])
  const long = await read(description('', `<dc:title>${'x'.repeat(1_000_000)}</dc:title>`))
  expect(long.title).toHaveLength(10_000)
  await expect(read(description('', '<dc:title>'.repeat(200_000)))).rejects.toMatchObject({ code: 'Corrupt' })
  expect(await read(description('', '<a>'.repeat(9_000) + '</a>'.repeat(9_000)))).toEqual({})
  // Some hundred milliseconds; a quadratic reader takes minutes.
  expect(performance.now() - begun).toBeLessThan(30_000)
})
