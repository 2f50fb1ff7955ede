import type { ByteSource } from '../byte-source.ts'
import { latin1, startsAt, u32le } from './bytes.ts'

const ISO_DESCRIPTOR_OFFSET = 32_769

/** Recognises disc images. Their signature is far inside the file or at its end. */
export function diskImage(source: ByteSource): string | null {
  if (source.size < ISO_DESCRIPTOR_OFFSET) return tail(source)
  const mark = latin1(source.read(ISO_DESCRIPTOR_OFFSET, 5), 0, 5)
  return mark === 'CD001' || mark === 'BEA01' ? 'iso' : tail(source)
}

function tail(source: ByteSource): string | null {
  if (source.size < 512) return null
  const end = source.read(source.size - 512, 512)
  if (startsAt(end, 0, 'koly')) return 'dmg'
  if (startsAt(end, 0, 'conectix')) return 'vhd'
  return startsAt(end, 500, 'NER5') ? 'nrg' : null
}

const STL_HEADER_BYTES = 84
const STL_FACET_BYTES = 50

/** Recognises a binary mesh. It has no signature, but its size must fit its number of facets. */
export function binaryStl({ head, size }: ByteSource): string | null {
  const facets = u32le(head, 80)
  return facets > 0 && size === STL_HEADER_BYTES + facets * STL_FACET_BYTES ? 'stl' : null
}
