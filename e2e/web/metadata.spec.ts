import { pdfOf } from '../../core/testing/documents/index.ts'
import { exifBlock, film, jpeg, tag } from '../../core/testing/media/index.ts'
import { expect, test, type TestFolder } from './fixtures.ts'

function write(files: TestFolder): void {
  const ifd0 = { [tag.windowsKeywords]: Buffer.from('Strand;Meer\0', 'utf16le'), [tag.rating]: 4 }
  files.write('photo.jpg', jpeg({ width: 30, height: 20, exif: exifBlock({ ifd0 }) }))
  const values = {
    'com.apple.quicktime.make': 'Apple',
    'com.apple.quicktime.model': 'iPhone 15 Pro',
    'com.apple.quicktime.location.ISO6709': '+48.8577+002.2950+035.000/',
  }
  const trackValues = { 'com.apple.quicktime.camera.lens_model': 'back camera 6.86mm f/1.78' }
  files.write('film.mov', film('qt  ', { values, trackValues, created: '2024-05-01T10:20:30+0200' }))
  const info = '<< /Title (Plan) /Author (Ada) /Subject (Budget) /Creator (Writer) >>'
  const bodies = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 12 >>', info]
  files.write('plan.pdf', pdfOf(bodies, '/Info 3 0 R'))
}

for (const { locale, said } of [
  {
    locale: 'en-GB',
    said: {
      'photo.jpg': [
        ['Keywords', 'Strand, Meer'],
        ['Rating', '★★★★☆'],
      ],
      'film.mov': [
        ['Place', '48.85770° N, 2.29500° E'],
        ['Camera', 'Apple iPhone 15 Pro'],
        ['Lens', 'back camera 6.86mm f/1.78'],
      ],
      'plan.pdf': [
        ['Title', 'Plan'],
        ['Author', 'Ada'],
        ['Subject', 'Budget'],
        ['Pages', '12'],
        ['Program', 'Writer'],
      ],
    },
  },
  {
    locale: 'de-DE',
    said: {
      'photo.jpg': [
        ['Stichwörter', 'Strand, Meer'],
        ['Bewertung', '★★★★☆'],
      ],
      'film.mov': [
        ['Ort', '48,85770° N, 2,29500° O'],
        ['Kamera', 'Apple iPhone 15 Pro'],
        ['Objektiv', 'back camera 6.86mm f/1.78'],
      ],
      'plan.pdf': [
        ['Titel', 'Plan'],
        ['Verfasst von', 'Ada'],
        ['Thema', 'Budget'],
        ['Seiten', '12'],
        ['Programm', 'Writer'],
      ],
    },
  },
]) {
  test.describe(locale, () => {
    test.use({ locale })

    test('the inspector shows what a photo, a film and a document say of themselves', async ({
      daemon,
      files,
      page,
    }) => {
      write(files)
      await files.index('deep')
      await daemon.open(page, files.address({ view: 'grid', inspector: 'true' }))
      for (const [name, rows] of Object.entries(said)) {
        await page.getByRole('gridcell', { name }).click()
        for (const [label, value] of rows) {
          const term = page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) })
          await expect(term.locator('xpath=following-sibling::dd[1]').first()).toContainText(value!)
        }
      }
    })
  })
}
