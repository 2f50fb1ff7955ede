// @vitest-environment happy-dom
import { show } from '../../testing/page.tsx'
import type { Entry } from '@spacedrive/core/domain'
import { cleanup } from '@testing-library/react'
import { expect, test } from 'vitest'
import { aFile, aThumb, contentId, entryId, libraryId } from '../../testing/things.ts'
import { Thumbnail } from './index.ts'

const library = libraryId(1)

const pictured = (other: Partial<Entry> = {}) =>
  aFile('/p/a.jpg', { id: entryId(1), contentId: contentId(1), size: 5_000_000, thumb: aThumb(), ...other })

/** The thumbnails that a desktop makes. */
const USUAL = ['grid@2x', 'detail@1x', 'grid@3x']
const sideOf: Readonly<Record<string, number>> = { 'grid@2x': 512, 'grid@3x': 768, 'detail@1x': 1024 }

/** As on a screen with so many dots for a pixel. */
function withDots(dots: number): Disposable {
  const before = devicePixelRatio
  Object.assign(globalThis, { devicePixelRatio: dots })
  return { [Symbol.dispose]: () => Object.assign(globalThis, { devicePixelRatio: before }) }
}

const shownVariant = () => {
  const image = document.querySelector('img')!
  return decodeURIComponent(/thumbs\/(.*?)\.webp/.exec(image.src)?.[1] ?? '')
}

// Tiles are at least 80 and, on windows that leave room, up to half as large again as 320 pixels.
const tileSizes = [80, 96, 128, 160, 192, 255, 256, 257, 320, 384, 385, 480, 512]

test.for([1, 1.5, 2])('no picture of a tile is enlarged on a screen with %d dots for a pixel', async (dots) => {
  using _screen = withDots(dots)
  const entry = pictured({ thumb: aThumb({ width: 4_000, height: 3_000, ready: USUAL }) })
  for (const size of tileSizes) {
    await show(<Thumbnail entry={entry} library={library} size={size} />)
    const needed = size * dots
    const enough = USUAL.filter((variant) => sideOf[variant]! >= needed).toSorted((a, b) => sideOf[a]! - sideOf[b]!)
    expect({ size, variant: shownVariant() }).toEqual({ size, variant: enough[0] })
    expect(document.querySelector('img')!.style.width).toBe(`${size}px`)
    cleanup()
  }
})

test('where no thumbnail is large enough, the picture is as large as the largest is sharp', async () => {
  using _screen = withDots(2)
  const entry = pictured({ thumb: aThumb({ width: 4_000, height: 2_000, ready: ['icon@1x', 'grid@2x'] }) })
  await show(<Thumbnail entry={entry} library={library} size={320} />)
  const image = document.querySelector('img')!
  expect(shownVariant()).toBe('grid@2x')
  // 512 dots of 2 to the pixel.
  expect([image.style.width, image.style.height]).toEqual(['256px', '128px'])
  expect(image.parentElement!.style.width).toBe('320px')
})

test.for([1, 2])('the page of a text is a picture from 96 pixels on, with %d dots for a pixel', async (dots) => {
  using _screen = withDots(dots)
  const thumb = aThumb({ width: 850, height: 1_100, ready: USUAL })
  const entry = pictured({ path: '/p/a.md', name: 'a.md', type: 'text', mime: 'text/markdown', thumb })
  for (const size of [24, 40, 80, 95]) {
    await show(<Thumbnail entry={entry} library={library} size={size} />)
    expect({ size, picture: document.querySelector('img') }).toEqual({ size, picture: null })
    expect(document.querySelector('svg')).not.toBeNull()
    cleanup()
  }
  for (const size of tileSizes.filter((each) => each >= 96)) {
    await show(<Thumbnail entry={entry} library={library} size={size} />)
    expect(sideOf[shownVariant()]).toBeGreaterThanOrEqual(size * dots)
    cleanup()
  }
})
