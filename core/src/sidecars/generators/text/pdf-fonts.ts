import type { PDFiumLibrary } from '@hyzyla/pdfium'
import { CoreError } from '../../../util/errors.ts'
import { findFont, type Script, type SystemFont, tableOf } from './system-fonts.ts'

type Module = PDFiumLibrary['module']

/** PDFium's numbers for scripts (FXFONT_*_CHARSET). */
const SCRIPTS: ReadonlyMap<number, Script> = new Map([
  [128, 'Japanese'],
  [129, 'Korean'],
  [134, 'Simplified Chinese'],
  [136, 'Traditional Chinese'],
])

/** Indexes of functions in FPDF_SYSFONTINFO, in words of four bytes; the first word is its version. */
const MAP_FONT = 3
const GET_FONT = 4
const GET_FONT_DATA = 5
const GET_FACE_NAME = 6
const GET_FONT_CHARSET = 7

/** The name of the table that marks a collection of fonts: `ttcf`. */
const COLLECTION = 0x74746366

/** The fonts that PDFium uses for letters whose font is not in the file. */
export interface PdfFonts {
  /**
   * The scripts that PDFium has asked for, but for which the system has no font. The caller clears it for each file.
   */
  readonly missing: Set<Script>
}

/**
 * Lets PDFium draw with the fonts of the system: a PDF may name a font for Chinese, Japanese or Korean that is not in
 * the file. `find` returns the font of a script. It is called once for each script, when a file first needs it.
 *
 * The package offers no way to pass functions to PDFium, whose table of functions cannot grow. So the functions of
 * PDFium's own source of fonts, which has no fonts, are replaced.
 */
export function lendFonts(library: PDFiumLibrary, find: (script: Script) => SystemFont | null = findFont): PdfFonts {
  const module: Module = library['module']
  const fonts = new Map<number, SystemFont | null>()
  const missing = new Set<Script>()
  const fontOf = (charset: number) => fonts.get(charset) ?? null
  const mapFont = (_self: number, _weight: number, _italic: number, charset: number) => {
    const script = SCRIPTS.get(charset)
    if (!script) return 0
    if (!fonts.has(charset)) fonts.set(charset, find(script))
    if (fontOf(charset)) return charset
    missing.add(script)
    return 0
  }
  const getFontData = (_self: number, charset: number, tag: number, at: number, size: number) => {
    const font = fontOf(charset)
    const data = font && dataOf(font, tag)
    if (!data) return 0
    // Of the header of a collection, PDFium accepts as much as fits into its buffer.
    if (at !== 0 && (size >= data.length || tag === COLLECTION)) module.HEAPU8.set(data.subarray(0, size), at)
    return data.length
  }
  const name = Buffer.from('System\0')
  const getFaceName = (_self: number, _font: number, at: number, size: number) => {
    if (at !== 0 && size >= name.length) module.HEAPU8.set(name, at)
    return name.length
  }
  replace(module, [
    [MAP_FONT, typed(mapFont, 7)],
    [GET_FONT, typed(() => 0, 2)],
    [GET_FONT_DATA, typed(getFontData, 5)],
    [GET_FACE_NAME, typed(getFaceName, 4)],
    [GET_FONT_CHARSET, typed((_self: number, charset: number) => charset, 2)],
  ])
  return { missing }
}

/**
 * The bytes of a whole font, or of one of its tables. For a font in a collection, PDFium computes the font's offset as
 * the size of the collection minus that of the font, so the sizes must be right.
 */
function dataOf(font: SystemFont, tag: number): Buffer | null {
  const isCollection = font.offset > 0
  if (tag === COLLECTION) return isCollection ? font.bytes : null
  return tag === 0 ? font.bytes.subarray(font.offset) : tableOf(font, tag)
}

function replace(module: Module, functions: readonly (readonly [number, Function])[]): void {
  const table = Object.values(module.wasmExports as object).find((each) => each instanceof WebAssembly.Table)
  const source: number = module._FPDF_GetDefaultSystemFontInfo()
  if (!table || source === 0) throw new CoreError('Internal', 'PDFium has no table of functions')
  const words = new DataView(module.HEAPU8.buffer)
  for (const [word, each] of functions) table.set(words.getUint32(source + 4 * word, true), each)
  module._FPDF_SetSystemFontInfo(source)
}

/** The magic number and the version of a WebAssembly module. */
const HEAD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
/** The sections that import the function `e.f` of the first type, and export it again as `f`. */
const IMPORT_AND_EXPORT = [2, 7, 1, 1, 0x65, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0]

type Callback = (...args: never[]) => number

/**
 * Makes a function that can be put into a WebAssembly table. Only functions that a module exports have a type, so this
 * makes a module that imports the function and exports it again.
 */
function typed(callback: Callback, count: number): Function {
  const I32 = 0x7f
  const type = [0x60, count, ...Array<number>(count).fill(I32), 1, I32]
  const bytes = Uint8Array.of(...HEAD, 1, type.length + 1, 1, ...type, ...IMPORT_AND_EXPORT)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { f: callback } })
  return instance.exports['f'] as Function
}
