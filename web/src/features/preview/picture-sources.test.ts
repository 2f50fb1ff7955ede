// @vitest-environment happy-dom
// Before every module of the page.
// oxlint-disable-next-line import/no-unassigned-import
import '../../../testing/browser.ts'
import { expect, test } from 'vitest'
import { aFile, anInfo, aSidecar, aThumb } from '../../../testing/things.ts'
import { pictureSize, pictureSources } from './picture-sources.ts'
import type { FileInfo, ShownFile } from './use-file.ts'

const thumb = (variant: string) => aSidecar('thumb', { variant, format: 'webp' })
const thumbs = ['grid@1x', 'grid@2x', 'detail@1x', 'detail@2x'].map(thumb)

interface Given {
  readonly path?: string
  readonly size?: number
  readonly info?: Partial<FileInfo>
  readonly sidecars?: ShownFile['sidecars']
  readonly isAway?: boolean
}

/** A photo with everything known of it, unless the test says otherwise. */
function shown({
  info,
  isAway = false,
  path = '/p/a.jpg',
  sidecars = thumbs,
  size = 4_000_000,
}: Given = {}): ShownFile {
  const entry = aFile(path, { size })
  return {
    entry,
    info: anInfo(entry, info),
    error: null,
    refetch: () => {},
    library: null,
    url: isAway ? null : 'original',
    downloadUrl: null,
    standIn: undefined,
    sidecars,
    sidecarUrl: ({ variant }) => `thumb ${variant}`,
  }
}

test('a picture is shown by a small thumbnail first, then by itself', () => {
  expect(pictureSources(shown())).toEqual({
    layers: ['thumb grid@2x', 'original'],
    original: 'original',
    whyNoOriginal: null,
  })
})

test('before any thumbnail there are the colours of the picture', () => {
  const { layers } = pictureSources(shown({ info: { thumb: aThumb({ hash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' }) } }))
  expect(layers.map((layer) => layer.slice(0, 10))).toEqual(['data:image', 'thumb grid', 'original'])
})

test.for([
  ['that browsers cannot show', { path: '/p/a.heic' }, 'format'],
  ['of hundreds of megabytes', { size: 200_000_001 }, 'large'],
  ['whose disk is away', { isAway: true }, 'away'],
] as const)('a picture %s is shown by its largest thumbnail, with the reason', ([, given, whyNoOriginal]) => {
  expect(pictureSources(shown(given))).toEqual({
    layers: ['thumb grid@2x', 'thumb detail@2x'],
    original: null,
    whyNoOriginal,
  })
})

test('one thumbnail is put in place once, and a picture without any is shown by itself', () => {
  const one = pictureSources(shown({ path: '/p/a.heic', sidecars: [thumb('grid@1x')] }))
  expect(one.layers).toEqual(['thumb grid@1x'])
  expect(pictureSources(shown({ sidecars: [] })).layers).toEqual(['original'])
  const unready = [aSidecar('thumb', { variant: 'grid@2x', state: 'pending' })]
  expect(pictureSources(shown({ sidecars: unready })).layers).toEqual(['original'])
})

test('the size of a picture is that of its thumbnail’s original, upright', () => {
  expect(pictureSize(shown({ info: { thumb: aThumb({ width: 4_000, height: 3_000 }) } }))).toEqual({
    width: 4_000,
    height: 3_000,
  })
})

test('where no thumbnail says it, the size is that of the metadata, turned as EXIF says', () => {
  const sized = (orientation: number | undefined) =>
    pictureSize(shown({ info: { metadata: { width: 4_000, height: 3_000, orientation } } }))
  for (const orientation of [undefined, 1, 2, 3, 4]) expect(sized(orientation)).toEqual({ width: 4_000, height: 3_000 })
  for (const orientation of [5, 6, 7, 8]) expect(sized(orientation)).toEqual({ width: 3_000, height: 4_000 })
  expect(pictureSize(shown())).toBeNull()
})
