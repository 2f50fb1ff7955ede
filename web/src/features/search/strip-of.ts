/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Left, top, width and height. */
export type Box = readonly [left: number, top: number, width: number, height: number]

/** A page drawn so large, and moved so far, that a strip shows a part of it. All in pixels. */
export interface Strip {
  readonly page: Size
  readonly left: number
  readonly top: number
  /** The box, in the strip. */
  readonly mark: Box
}

/** How much of the height of a strip the box takes, where the page can be drawn that large. */
const MARK_PART = 0.4
/** Larger than this the page is only blurred. */
const MAX_PAGE_WIDTH = 1_024

/** The part of a page around a box; `box` in parts of the page, 0 to 1. */
export function stripOf(box: Box, page: Size, strip: Size): Strip {
  const ratio = page.height / page.width
  const [left, top, width, height] = box
  const wanted = (MARK_PART * strip.height) / Math.max(height * ratio, 0.001)
  // As wide as the strip at least, and no larger than that the box is seen whole.
  const most = Math.min(MAX_PAGE_WIDTH, strip.width / Math.max(width, 0.001))
  const pageWidth = Math.max(strip.width, Math.min(wanted, most))
  const drawn = { width: pageWidth, height: pageWidth * ratio }
  const x = within((left + width / 2) * drawn.width - strip.width / 2, drawn.width - strip.width)
  const y = within((top + height / 2) * drawn.height - strip.height / 2, drawn.height - strip.height)
  return {
    page: { width: Math.round(drawn.width), height: Math.round(drawn.height) },
    left: -Math.round(x),
    top: -Math.round(y),
    mark: [
      Math.round(left * drawn.width - x),
      Math.round(top * drawn.height - y),
      Math.ceil(width * drawn.width),
      Math.ceil(height * drawn.height),
    ],
  }
}

function within(value: number, most: number): number {
  return most <= 0 ? most / 2 : Math.min(Math.max(0, value), most)
}
