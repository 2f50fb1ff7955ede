import sharp from 'sharp'

/** Side of the windows that are compared, in pixels, and how far apart they begin. */
const WINDOW = 8
const STEP = 4

/** Of Wang et al., 2004, for eight bits. */
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/** How alike the brightness of two encoded pictures is, the second brought to the size of the first: 1 is the same. */
export async function ssim(picture: Uint8Array, reference: Uint8Array): Promise<number> {
  const { width, height } = await sharp(picture).metadata()
  const [a, b] = await Promise.all([grey(picture, width, height), grey(reference, width, height)])
  let sum = 0
  let count = 0
  for (let y = 0; y + WINDOW <= height; y += STEP)
    for (let x = 0; x + WINDOW <= width; x += STEP, count++) sum += windowSsim(a, b, y * width + x, width)
  return count === 0 ? 0 : sum / count
}

/** Clear parts are white. */
function grey(encoded: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(encoded, { limitInputPixels: false })
    .flatten({ background: '#fff' })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
}

function windowSsim(a: Uint8Array, b: Uint8Array, start: number, width: number): number {
  const count = WINDOW * WINDOW
  const sums = { a: 0, b: 0, aa: 0, bb: 0, ab: 0 }
  for (let row = 0; row < WINDOW; row++) {
    for (let column = 0; column < WINDOW; column++) {
      const at = start + row * width + column
      const [p, q] = [a[at]!, b[at]!]
      sums.a += p
      sums.b += q
      sums.aa += p * p
      sums.bb += q * q
      sums.ab += p * q
    }
  }
  const [meanA, meanB] = [sums.a / count, sums.b / count]
  const [varA, varB] = [sums.aa / count - meanA ** 2, sums.bb / count - meanB ** 2]
  const covariance = sums.ab / count - meanA * meanB
  return ((2 * meanA * meanB + C1) * (2 * covariance + C2)) / ((meanA ** 2 + meanB ** 2 + C1) * (varA + varB + C2))
}
