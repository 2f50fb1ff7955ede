import type { Box } from './sidecar-texts.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** How a picture lies in its frame: its scale, and where its left upper corner is, in pixels of the frame. */
export interface Placement {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** Times the size that fits, and times its own pixels: whichever is more. */
const MAX_ZOOM = 8
/** Room left around a part that is looked at, as a part of the frame. */
const BOX_MARGIN = 0.2

/** Quarters of a turn to the right. */
export type Turn = 0 | 1 | 2 | 3

export function turnedSize({ width, height }: Size, turn: Turn): Size {
  return turn % 2 === 0 ? { width, height } : { width: height, height: width }
}

/** Where a part of a picture is once the picture is turned. */
export function turnedBox([x, y, width, height]: Box, turn: Turn): Box {
  switch (turn) {
    case 0:
      return [x, y, width, height]
    case 1:
      return [1 - y - height, x, height, width]
    case 2:
      return [1 - x - width, 1 - y - height, width, height]
    case 3:
      return [y, 1 - x - width, height, width]
  }
}

/** The scale at which all of a picture is seen; a small one is not enlarged. */
export function fitScale(picture: Size, frame: Size): number {
  return Math.min(1, frame.width / picture.width, frame.height / picture.height)
}

/** All of the picture, in the middle. */
export function fitted(picture: Size, frame: Size): Placement {
  return settled({ scale: fitScale(picture, frame), x: 0, y: 0 }, picture, frame)
}

/** Zooms by a factor; what is at `at` of the frame stays there. */
export function zoomed(of: Placement, factor: number, at: { x: number; y: number }, sizes: [Size, Size]): Placement {
  const [picture, frame] = sizes
  const least = fitScale(picture, frame)
  const scale = Math.min(Math.max(of.scale * factor, least), Math.max(least, 1) * MAX_ZOOM)
  const ratio = scale / of.scale
  return settled({ scale, x: at.x - (at.x - of.x) * ratio, y: at.y - (at.y - of.y) * ratio }, picture, frame)
}

/** A part of the picture in the middle of the frame, as large as it goes with some room around it. */
export function framing([x, y, width, height]: Box, picture: Size, frame: Size): Placement {
  const fit = fitScale(picture, frame)
  const room = 1 - 2 * BOX_MARGIN
  const wanted = Math.min(
    (frame.width * room) / Math.max(1, width * picture.width),
    (frame.height * room) / Math.max(1, height * picture.height),
  )
  const scale = Math.min(Math.max(wanted, fit), Math.max(fit, 1) * 2)
  const middle = { x: (x + width / 2) * picture.width * scale, y: (y + height / 2) * picture.height * scale }
  return settled({ scale, x: frame.width / 2 - middle.x, y: frame.height / 2 - middle.y }, picture, frame)
}

/** The same without a gap on one side: smaller than the frame it is in the middle, larger it covers the frame. */
export function settled({ scale, x, y }: Placement, picture: Size, frame: Size): Placement {
  return {
    scale,
    x: settle(x, picture.width * scale, frame.width),
    y: settle(y, picture.height * scale, frame.height),
  }
}

function settle(offset: number, length: number, room: number): number {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, offset))
}
