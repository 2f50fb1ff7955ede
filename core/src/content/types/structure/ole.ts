import type { ByteSource } from '../byte-source.ts'
import { latin1, u16le, u32le } from './bytes.ts'

/** Limit on the directory sectors that are read. The names that decide the type are among the first entries. */
const MAX_DIRECTORY_SECTORS = 32

const ENTRY_BYTES = 128
const END_OF_CHAIN = 0xffff_fffa

/** The class id of the root entry, in the byte order of the file. */
const INSTALLER_CLASS = '\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46'

const nameRules: readonly { readonly id: string; readonly name: RegExp }[] = [
  { id: 'doc', name: /^WordDocument$/ },
  { id: 'ppt', name: /^PowerPoint Document$/ },
  { id: 'xls', name: /^(Workbook|Book)$/ },
  { id: 'msg', name: /^__(properties_version1\.0|nameid_version1\.0)$/ },
  { id: 'visio-97', name: /^VisioDocument$/ },
  { id: 'publisher', name: /^Quill$/ },
  { id: 'hwp', name: /HwpSummaryInformation$/ },
  { id: 'project', name: /^(Props9|Props12|Props14|   1[124]|   19)$/ },
  { id: 'solidworks', name: /^(SwDocContentMgr|swXmlContents|SWDocMgrTempStorage)/i },
  { id: '3dsmax', name: /^(VideoPostQueue|ClassDirectory3)$/ },
  { id: 'works', name: /^(MM|MatOST|SPELLING)$/ },
  { id: 'thumbs-db', name: /^Catalog$|^\d+_[0-9a-f]{16}$/ },
]

/** The type of a compound document, by the names of its streams; null if no name decides. */
export function oleType(source: ByteSource): string | null {
  const { root, names } = readDirectory(source)
  if (root === INSTALLER_CLASS) return 'msi'
  return nameRules.find((rule) => names.some((name) => rule.name.test(name)))?.id ?? null
}

function readDirectory(source: ByteSource): { root: string; names: string[] } {
  const sectorBytes = 1 << Math.min(u16le(source.head, 30), 16)
  const names: string[] = []
  let root = ''
  let sector = u32le(source.head, 48)
  for (let i = 0; i < MAX_DIRECTORY_SECTORS && sector < END_OF_CHAIN; i++) {
    const bytes = source.read((sector + 1) * sectorBytes, sectorBytes)
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const nameBytes = Math.min(u16le(bytes, at + 64), 64)
      if (bytes[at + 66] === 5) root = latin1(bytes, at + 80, at + 96)
      else if (nameBytes > 2) names.push(latin1(bytes, at, at + nameBytes - 2).replaceAll('\0', ''))
    }
    sector = nextSector(source, sector, sectorBytes)
  }
  return { root, names }
}

/**
 * The header lists the first 109 sectors of the allocation table. Directories that need more sectors are not followed.
 */
function nextSector(source: ByteSource, sector: number, sectorBytes: number): number {
  const perSector = sectorBytes / 4
  const listed = Math.floor(sector / perSector)
  if (listed >= 109) return END_OF_CHAIN
  const tableSector = u32le(source.head, 76 + listed * 4)
  if (tableSector >= END_OF_CHAIN) return END_OF_CHAIN
  const bytes = source.read((tableSector + 1) * sectorBytes + (sector % perSector) * 4, 4)
  return bytes.length === 4 ? u32le(bytes, 0) : END_OF_CHAIN
}
