import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

/** A part of a screenshot, in its pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Sidebar, toolbar, job tray, and the toolbars of a preview surround the content of most screenshots. */
const CHROME = { top: 100, bottom: 80, left: 240 }
/** Below this width the sidebar is closed. */
const WIDE = 900
/** A text or a photo changes by more than this between neighbouring pixels; the noise of a JPEG by less. Of 255. */
const LEAST_CHANGE = 24
/** One line of text has ten times as many pixels that count as content. */
const LEAST_SHARE = 0.0001

/** Whether a screenshot shows nothing where its content belongs: one colour, or straight lines on one colour. */
export async function isBlank(screenshot: string | Buffer, content?: Region): Promise<boolean> {
  const region = content ?? usualRegion(await sharp(screenshot).metadata())
  const pixels = await sharp(screenshot).extract(region).greyscale().raw().toBuffer()
  return contentPixels(pixels, region.width) < region.width * region.height * LEAST_SHARE
}

function usualRegion({ height, width }: { height: number; width: number }): Region {
  const left = width > WIDE ? CHROME.left : 0
  return { left, top: CHROME.top, width: width - left, height: height - CHROME.top - CHROME.bottom }
}

/** Counts the pixels that differ from the one above and from the one before: straight borders have none. */
function contentPixels(pixels: Buffer, width: number): number {
  let count = 0
  for (let i = width + 1; i < pixels.length; i++) {
    const differs = (other: number) => Math.abs(pixels[i]! - pixels[i - other]!) > LEAST_CHANGE
    if (differs(1) && differs(width)) count++
  }
  return count
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../docs/screenshots', import.meta.url))
  const screenshots = readdirSync(folder).filter((name) => name.endsWith('.jpg'))
  const blank: string[] = []
  for (const name of screenshots) if (await isBlank(join(folder, name))) blank.push(name)
  for (const name of blank) process.stdout.write(`docs/screenshots/${name} shows no content\n`)
  process.stdout.write(`${screenshots.length} screenshots, ${blank.length} of them blank\n`)
  process.exitCode = blank.length > 0 || screenshots.length === 0 ? 1 : 0
}
