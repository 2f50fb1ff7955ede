import type { ByteSource } from './byte-source.ts'
import type { FileTypeDefinition } from './definition.ts'
import { matchesPattern, parsePattern } from './pattern.ts'
import type { BytePattern } from './pattern.ts'
import { startsAt } from './structure/bytes.ts'
import { binaryStl, diskImage } from './structure/disks.ts'
import {
  asfType,
  behindId3,
  isobmffType,
  matroskaType,
  oggType,
  pngType,
  portableMap,
  soundFrames,
  targa,
  tiffType,
  transportStream,
} from './structure/media.ts'
import { oleType } from './structure/ole.ts'
import { dosProgram, elfType } from './structure/programs.ts'
import { zipType } from './structure/zip.ts'
import { isText } from './text/decode.ts'

/** Returns a more specific type than the pattern found; null if there is none. */
type Refine = (source: ByteSource) => string | null

const refinements: Record<string, Refine> = {
  zip: zipType,
  mp3: behindId3,
  ole: oleType,
  mkv: matroskaType,
  ogg: oggType,
  asf: asfType,
  png: pngType,
  tiff: tiffType,
  elf: elfType,
  sqlite: ({ head }) => (startsAt(head, 68, 'GPKG') ? 'geopackage' : null),
}

/** Formats without a fixed pattern, cheap and certain checks first. */
const structures: readonly Refine[] = [
  isobmffType,
  dosProgram,
  soundFrames,
  transportStream,
  portableMap,
  binaryStl,
  targa,
  diskImage,
]

/**
 * Patterns with fewer letters than this may also match the beginning of a text: a list that starts with `COWD` is not
 * a disk image.
 */
const SURE_LETTERS = 7

interface Candidate {
  readonly definition: FileTypeDefinition
  readonly pattern: BytePattern
  readonly letters: boolean
}

/** Finds a type from the bytes alone, with the patterns of a table. */
export class MagicIndex {
  readonly #definitionsById: ReadonlyMap<string, FileTypeDefinition>
  /** Patterns at the beginning of a file, by their first byte, most specific first. */
  readonly #byFirstByte: readonly (readonly Candidate[])[]

  constructor(definitions: readonly FileTypeDefinition[]) {
    this.#definitionsById = new Map(definitions.map((definition) => [definition.id, definition]))
    const candidates = definitions.flatMap((definition) =>
      definition.magic.map((source) => toCandidate(definition, parsePattern(source))),
    )
    candidates.sort(
      (a, b) => b.pattern.specificity - a.pattern.specificity || b.definition.priority - a.definition.priority,
    )
    this.#byFirstByte = Array.from({ length: 256 }, (_, byte) => candidates.filter((each) => mayBegin(each, byte)))
  }

  find(source: ByteSource): FileTypeDefinition | null {
    const found = this.#match(source.head)
    if (found) return this.#byId(refinements[found.id]?.(source) ?? found.id)
    for (const structure of structures) {
      const id = structure(source)
      if (id) return this.#byId(id)
    }
    return null
  }

  #match(head: Uint8Array): FileTypeDefinition | null {
    for (const { pattern, definition, letters } of this.#byFirstByte[head[0] ?? 0]!) {
      if (!matchesPattern(head, pattern)) continue
      if (letters && !definition.text && pattern.specificity < SURE_LETTERS && isText(head)) continue
      return definition
    }
    return null
  }

  #byId(id: string): FileTypeDefinition | null {
    return this.#definitionsById.get(id) ?? null
  }
}

function toCandidate(definition: FileTypeDefinition, pattern: BytePattern): Candidate {
  const letters = pattern.low.every((low, i) => low !== pattern.high[i] || /[\w ]/.test(String.fromCharCode(low)))
  return { definition, pattern, letters }
}

function mayBegin({ pattern }: Candidate, byte: number): boolean {
  return pattern.offset > 0 || (pattern.low[0]! <= byte && byte <= pattern.high[0]!)
}
