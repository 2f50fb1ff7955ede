import type { PDFiumDocument } from '@hyzyla/pdfium'

type Page = ReturnType<PDFiumDocument['getPage']>
type Module = Page['module']

/** Limits on the annotations of a page, and on the bytes of a text in one. */
const MAX_ANNOTATIONS = 2_000
const MAX_VALUE_BYTES = 65_536
/** FPDF_ANNOT_WIDGET: a field of a form. */
const WIDGET = 20
/** FPDF_ANNOT_LINK and FPDF_ANNOT_POPUP, which only repeat the text of other annotations. */
const WITHOUT_TEXT = new Set([2, 16])

/**
 * The values of the form fields on a page, and the texts of its notes, without duplicates. `form` is the handle of the
 * document's form.
 */
export function notesOf(page: Page, form: number): string[] {
  const [module, pointer] = [page['module'], page['pageIdx']]
  const count = Math.min(MAX_ANNOTATIONS, module._FPDFPage_GetAnnotCount(pointer))
  const found = new Set<string>()
  for (let i = 0; i < count; i++) {
    const annotation = module._FPDFPage_GetAnnot(pointer, i)
    if (annotation === 0) continue
    const type = module._FPDFAnnot_GetSubtype(annotation)
    const text = WITHOUT_TEXT.has(type)
      ? ''
      : type === WIDGET
        ? textOf(module, (at, size) => module._FPDFAnnot_GetFormFieldValue(form, annotation, at, size))
        : contentsOf(module, annotation)
    module._FPDFPage_CloseAnnot(annotation)
    // The value of a tick box is not a text that a user would search for.
    if (text.trim() !== '' && !/^(?:off|yes|on)$/i.test(text.trim())) found.add(text.trim())
  }
  return [...found]
}

function contentsOf(module: Module, annotation: number): string {
  const key = Buffer.from('Contents\0')
  const name = module.wasmExports.malloc(key.length)
  module.HEAPU8.set(key, name)
  try {
    return textOf(module, (at, size) => module._FPDFAnnot_GetStringValue(annotation, name, at, size))
  } finally {
    module.wasmExports.free(name)
  }
}

/** Returns a text that PDFium writes as UTF-16 with an end mark. The first call of `write` only asks for the size. */
export function textOf(module: Module, write: (at: number, size: number) => number): string {
  const size = Math.min(write(0, 0), MAX_VALUE_BYTES)
  if (size <= 2) return ''
  const at = module.wasmExports.malloc(size)
  try {
    write(at, size)
    return Buffer.from(module.HEAPU8.slice(at, at + size - 2)).toString('utf16le')
  } finally {
    module.wasmExports.free(at)
  }
}
