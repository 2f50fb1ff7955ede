import { type GreyPage, shrink } from './grey-page.ts'

/** Side in pixels of the shrunk page that is examined. At this size, lines of small letters are still separate. */
const SIDE = 800
/** The largest angle, in degrees: that of a page which a person laid on the scanner askew. */
const MAX_ANGLE = 14
/** Steps in degrees: all angles are tried in coarse steps, then those near the best one in fine steps. */
const COARSE = 1
const FINE = 0.25
/** Up to this angle, engines read a page without errors. */
const HARMLESS = 1.5
/** At the angle, lines must stand out more than on the page as it is, by this factor. */
const CLEARLY = 1.3
/** Limit on the examined pixels of ink. If there are more, only every second, third and so on is used. */
const MAX_INK = 30_000
/** A page with fewer pixels of ink has no text. */
const MIN_INK = 200
/** A pixel is ink if it differs from the mean of the page by this many standard deviations. */
const INK = 1

/**
 * The angle by which the lines of a page rise to the right, in degrees; 0 if they are level, or if the page has no
 * clear lines. At the right angle, the projection of the ink on the page's side changes most between lines and gaps
 * (W. Postl, "Detection of linear oblique structures and skew scan in digitized documents", 1986).
 */
export async function skewOf(page: GreyPage): Promise<number> {
  const small = await shrink(page, SIDE)
  const ink = inkOf(small)
  if (ink.length < 2 * MIN_INK) return 0
  const span = small.width + small.height
  const level = contrast(ink, 0, span)
  let best = 0
  let most = level * CLEARLY
  const tryAngle = (angle: number) => {
    const found = contrast(ink, angle, span)
    if (found <= most) return
    most = found
    best = angle
  }
  for (let angle = -MAX_ANGLE; angle <= MAX_ANGLE; angle += COARSE) tryAngle(angle)
  const near = best
  for (let angle = near - COARSE; angle <= near + COARSE; angle += FINE) tryAngle(angle)
  return Math.abs(best) < HARMLESS ? 0 : best
}

/** The positions of ink, as x and y in turn. Ink is darker or lighter than the background. */
function inkOf({ data, height, width }: GreyPage): Int16Array {
  let sum = 0
  let squares = 0
  for (const shade of data) {
    sum += shade
    squares += shade * shade
  }
  const mean = sum / data.length
  const apart = INK * Math.sqrt(Math.max(0, squares / data.length - mean * mean))
  const isDark = mean >= 128
  const places: number[] = []
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (isDark ? data[at]! < mean - apart : data[at]! > mean + apart) places.push(x, y)
    }
  }
  const step = Math.ceil(places.length / 2 / MAX_INK)
  return Int16Array.from(step <= 1 ? places : places.filter((_, i) => Math.floor(i / 2) % step === 0))
}

/** How much the amount of ink differs between neighbouring rows, if rows rise by this angle. */
function contrast(ink: Int16Array, angle: number, span: number): number {
  const radians = (angle * Math.PI) / 180
  const [down, right] = [Math.cos(radians), Math.sin(radians)]
  const rows = new Float64Array(2 * span + 2)
  for (let i = 0; i < ink.length; i += 2) rows[Math.round(ink[i]! * right + ink[i + 1]! * down) + span]!++
  let found = 0
  for (let row = 1; row < rows.length; row++) found += (rows[row]! - rows[row - 1]!) ** 2
  return found
}
