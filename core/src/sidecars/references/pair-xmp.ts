import type { FileType } from '../../domain/index.ts'
import { extensionOfName, stemOf } from './pair-live-photos.ts'

/** A file that an XMP file may describe. */
export interface Described {
  readonly entryId: number
  readonly contentId: number
  readonly folderId: number
  readonly name: string
  readonly type: FileType
}

export interface XmpFile {
  readonly entryId: number
  readonly contentId: number
  readonly folderId: number
  readonly folder: string
  readonly name: string
  /** See `XmpFacts.forExtension`. */
  readonly forExtension: string | null
}

export interface XmpPair {
  readonly xmp: XmpFile
  readonly file: Described
  /** `default` for the first XMP file of a content. Further XMP files have variants of their own. */
  readonly variant: string
}

/**
 * Types of files for which programs write an XMP file under the name without the extension, the most likely first. Raw
 * photos come before all of these, because they cannot contain XMP.
 */
const typeOrder: readonly FileType[] = ['image', 'video', 'audio', 'document']
const rawExtensions = new Set(
  '3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f'.split(' '),
)

/** Limit on XMP files of one content: its copies may have different ones. */
const MAX_VARIANTS = 16

/**
 * Finds the file in the same folder that each XMP file describes. `a.jpg.xmp` belongs to `a.jpg`. `a.xmp` belongs to
 * the file with the extension that the XMP names, or else to a raw photo, another photo, a video, a sound, or a
 * document. `variantOf` returns the variant for further XMP files of a content.
 */
export function pairXmp(
  xmps: readonly XmpFile[],
  files: readonly Described[],
  variantOf: (contentId: number) => string,
): XmpPair[] {
  const byName = new Map<string, Described>()
  const byStem = new Map<string, Described[]>()
  for (const file of files.toSorted((a, b) => compare(a.name, b.name))) {
    const name = `${file.folderId}\0${file.name.toLowerCase()}`
    if (!byName.has(name)) byName.set(name, file)
    if (!typeOrder.includes(file.type)) continue
    const stem = `${file.folderId}\0${stemOf(file.name)}`
    const namesakes = byStem.get(stem)
    if (namesakes) namesakes.push(file)
    else byStem.set(stem, [file])
  }
  const found = xmps
    .toSorted((a, b) => Number(hasWholeName(b)) - Number(hasWholeName(a)) || byPath(a, b))
    .flatMap((xmp) => {
      const base = `${xmp.folderId}\0${stemOf(xmp.name)}`
      const file = byName.get(base) ?? likeliest(byStem.get(base) ?? [], xmp.forExtension)
      return file ? [{ xmp, file }] : []
    })
  return [...Map.groupBy(found, ({ file }) => file.contentId).values()].flatMap((pairs) => {
    const seen = new Set<number>()
    return pairs
      .filter(({ xmp }) => !seen.has(xmp.contentId) && seen.add(xmp.contentId))
      .slice(0, MAX_VARIANTS)
      .map((pair, i) => ({ ...pair, variant: i === 0 ? 'default' : variantOf(pair.xmp.contentId) }))
  })

  function hasWholeName({ folderId, name }: XmpFile): boolean {
    return byName.has(`${folderId}\0${stemOf(name)}`)
  }
}

function likeliest(namesakes: readonly Described[], extension: string | null): Described | undefined {
  const order = ({ name, type }: Described) => {
    const own = extensionOfName(name)
    if (own === extension) return -2
    return rawExtensions.has(own) ? -1 : typeOrder.indexOf(type)
  }
  return namesakes.toSorted((a, b) => order(a) - order(b))[0]
}

function byPath(a: XmpFile, b: XmpFile): number {
  return compare(a.folder, b.folder) || compare(a.name, b.name)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
