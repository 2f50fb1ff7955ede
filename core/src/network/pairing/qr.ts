import { renderSVG, renderUnicodeCompact } from 'uqr'

/** Light modules around the code. The standard (ISO/IEC 18004) asks for four, but two are enough for readers. */
const BORDER = 2

/** A text as a QR code: an SVG picture, and lines of half blocks for a terminal. */
export function drawQr(text: string): { svg: string; text: string } {
  return {
    svg: renderSVG(text, { border: BORDER, ecc: 'L' }),
    text: renderUnicodeCompact(text, { border: BORDER, ecc: 'L' }),
  }
}
