import type { PDFiumDocument, PDFiumPageRender } from '@hyzyla/pdfium'

type Page = ReturnType<PDFiumDocument['getPage']>
type Size = Pick<PDFiumPageRender, 'width' | 'height'>

/** Limit on the objects of a page; scanned pages have fewer. */
const MAX_OBJECTS = 20_000
/** The largest accepted distance between the edges of the picture and those of the page, as a fraction of the page. */
const SLACK = 0.01
/** FPDF_TEXTRENDERMODE_INVISIBLE: the text that an OCR program has put over a scan. */
const INVISIBLE = 3
/** FPDF_COLORSPACE_*: grey and RGB, each plain, calibrated or with a profile. */
const COLOUR_SPACES = new Set([1, 2, 4, 5, 7])
/** Bits per pixel for grey and for colour. */
const DEPTHS = new Set([8, 24])
/** Keys in an image's dictionary that change the meaning of its samples, and that PDFium does not report. */
const MEANINGS = ['/Decode', '/Mask', '/SMask', '/ColorTransform']
/** The name of the JPEG filter, with the NUL that PDFium appends. */
const JPEG_FILTER = 'DCTDecode\0'
/** The end of `/DecodeParms`, which only describes the compression. */
const PARMS = 'Parms'

/**
 * The JPEG of a page in `file`, if the page has no other content: the picture is upright, as large as the page, and
 * covered only by invisible text. Otherwise null. Decoding this JPEG is faster than drawing the page with PDFium,
 * because the decoder can scale while it decodes.
 */
export async function scannedPage(page: Page, file: Buffer): Promise<Uint8Array | null> {
  const { module, pageIdx } = pointersOf(page)
  if (module._FPDFPage_GetRotation(pageIdx) !== 0 || module._FPDFPage_GetAnnotCount(pageIdx) !== 0) return null
  if (page.getObjectCount() > MAX_OBJECTS) return null
  const seen = [...page.objects()].filter(
    (object) => object.type !== 'text' || module._FPDFTextObj_GetTextRenderMode(object['objectIdx']) !== INVISIBLE,
  )
  const [image, ...others] = seen
  if (image?.type !== 'image' || others.length > 0) return null
  const pointer = image['objectIdx']
  if (module._FPDFPageObj_HasTransparency(pointer) || isClipped(module, pointer)) return null
  if (!fillsPage(page, pointer) || !isPlain(page, pointer)) return null
  if (!isJpeg(module, pointer) || hasOtherMeaning(file)) return null
  const { data } = await image.getImageDataRaw()
  return data[0] === 0xff && data[1] === 0xd8 ? data : null
}

/** The width and height at which the longer side of a page is `side`. */
export function fitPage({ width, height }: Size, side: number): Size {
  const scale = side / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function pointersOf(page: Page) {
  return { module: page['module'], pageIdx: page['pageIdx'] }
}

type Module = Page['module']

function isClipped(module: Module, pointer: number): boolean {
  const clip = module._FPDFPageObj_GetClipPath(pointer)
  return clip !== 0 && module._FPDFClipPath_CountPaths(clip) > 0
}

/** Whether a picture is upright and covers the whole page. */
function fillsPage(page: Page, pointer: number): boolean {
  const { module, pageIdx } = pointersOf(page)
  const matrix = floats(module, 6, (at) => module._FPDFPageObj_GetMatrix(pointer, at))
  const box = floats(module, 4, (at) => module._FPDF_GetPageBoundingBox(pageIdx, at))
  if (!matrix || !box) return false
  const [a, b, c, d, x, y] = matrix as [number, number, number, number, number, number]
  const [left, top, right, bottom] = box as [number, number, number, number]
  const [width, height] = [right - left, top - bottom]
  const isNear = (length: number, of: number) => Math.abs(length) <= SLACK * of
  const isUpright = a > 0 && d > 0 && isNear(b, height) && isNear(c, width)
  const isWide = isNear(x - left, width) && isNear(x + a - right, width)
  return isUpright && isWide && isNear(y - bottom, height) && isNear(y + d - top, height)
}

/** Whether the samples of an image are grey or RGB. */
function isPlain(page: Page, pointer: number): boolean {
  const { module, pageIdx } = pointersOf(page)
  // FPDF_IMAGEOBJ_METADATA: width, height, horizontal and vertical dpi, bits per pixel, colour space, marked content.
  const words = read(module, 7, (at) => module._FPDFImageObj_GetImageMetadata(pointer, pageIdx, at))
  return words !== null && DEPTHS.has(words.getUint32(16, true)) && COLOUR_SPACES.has(words.getUint32(20, true))
}

/**
 * Whether JPEG is an image's only compression. Check this before copying the image, which may unpack to a huge size.
 */
function isJpeg(module: Module, pointer: number): boolean {
  if (module._FPDFImageObj_GetImageFilterCount(pointer) !== 1) return false
  const words = Math.ceil(JPEG_FILTER.length / 4)
  const name = read(module, words, (at) => module._FPDFImageObj_GetImageFilter(pointer, 0, at, words * 4))
  return name !== null && Buffer.from(name.buffer).toString('latin1', 0, JPEG_FILTER.length) === JPEG_FILTER
}

/**
 * Whether any image of a file has a key that changes the meaning of its samples. The dictionaries of images are never
 * compressed, so the bytes can be searched.
 */
function hasOtherMeaning(file: Buffer): boolean {
  return MEANINGS.some((word) => {
    for (let at = file.indexOf(word); at >= 0; at = file.indexOf(word, at + word.length))
      if (file.toString('latin1', at + word.length, at + word.length + PARMS.length) !== PARMS) return true
    return false
  })
}

function floats(module: Module, count: number, fill: (at: number) => number): number[] | null {
  const words = read(module, count, fill)
  return words && Array.from({ length: count }, (_, i) => words.getFloat32(i * 4, true))
}

/** Reads words that PDFium writes to its memory; null if it writes none. */
function read(module: Module, words: number, fill: (at: number) => number): DataView | null {
  const at = module.wasmExports.malloc(words * 4)
  try {
    return fill(at) ? new DataView(module.HEAPU8.slice(at, at + words * 4).buffer) : null
  } finally {
    module.wasmExports.free(at)
  }
}
