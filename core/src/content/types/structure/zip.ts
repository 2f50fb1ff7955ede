import type { ByteSource } from '../byte-source.ts'
import { latin1, startsAt, u16le, u32le } from './bytes.ts'
import { LOCAL_HEADER, zipDirectory } from './zip-directory.ts'

/**
 * Limit on the entries that are read. Later entries do not change the type, and a huge archive is as cheap as a small
 * one.
 */
const MAX_NAMES = 1_000

/** The type of a zip, from its `mimetype` entry or the names in it; null if it is an ordinary zip. */
export function zipType(source: ByteSource): string | null {
  const local = localEntries(source.head)
  const declared = local.mimetype ? typesByMime.get(local.mimetype) : undefined
  if (declared) return declared
  return typeOfNames(local.names) ?? typeOfNames(zipDirectory(source, MAX_NAMES).map(({ name }) => name))
}

const typesByMime = new Map(
  Object.entries({
    'application/epub+zip': 'epub',
    'application/vnd.oasis.opendocument.text': 'odt',
    'application/vnd.oasis.opendocument.text-template': 'odt',
    'application/vnd.sun.xml.writer': 'odt',
    'application/vnd.oasis.opendocument.spreadsheet': 'ods',
    'application/vnd.oasis.opendocument.spreadsheet-template': 'ods',
    'application/vnd.sun.xml.calc': 'ods',
    'application/vnd.oasis.opendocument.presentation': 'odp',
    'application/vnd.oasis.opendocument.presentation-template': 'odp',
    'application/vnd.sun.xml.impress': 'odp',
    'application/vnd.oasis.opendocument.graphics': 'odg',
    'application/vnd.oasis.opendocument.formula': 'odf',
    'application/x-krita': 'kra',
    'image/openraster': 'ora',
    'application/hwp+zip': 'hwpx',
    'application/vnd.adobe.indesign-idml-package': 'idml',
    'application/vnd.recordare.musicxml': 'mxl',
  }),
)

/** The first match counts. For example, an app is also a jar, so the more specific rule comes first. */
const nameRules: readonly { readonly id: string; readonly name: RegExp }[] = [
  { id: 'docx', name: /^word\// },
  { id: 'xlsb', name: /^xl\/workbook\.bin$/ },
  { id: 'xlsx', name: /^xl\/(workbook\.xml|worksheets\/|styles\.xml|_rels\/)/ },
  { id: 'pptx', name: /^ppt\// },
  { id: 'visio', name: /^visio\// },
  { id: 'xps', name: /^(FixedDocumentSequence|FixedDocSeq)\.fdseq$|^Documents\/1\/FixedDoc/ },
  { id: '3mf', name: /^3D\/.*\.model$/i },
  { id: 'aab', name: /^base\/manifest\/AndroidManifest\.xml$/ },
  { id: 'apk', name: /^AndroidManifest\.xml$/ },
  { id: 'ipa', name: /^Payload\/[^/]+\.app\// },
  { id: 'msix', name: /^(AppxManifest\.xml|AppxMetadata\/AppxBundleManifest\.xml)$/ },
  { id: 'vsix', name: /^extension\.vsixmanifest$/ },
  { id: 'nupkg', name: /^[^/]+\.nuspec$/ },
  { id: 'wheel', name: /^[^/]+\.dist-info\// },
  { id: 'egg', name: /^EGG-INFO\// },
  { id: 'xpi', name: /^(META-INF\/mozilla\.rsa|install\.rdf)$/ },
  { id: 'keynote', name: /^Index\/(Slide|MasterSlide|TemplateSlide)[-\d.]|^index\.apxl$/ },
  { id: 'numbers', name: /^Index\/Tables\/|^Index\/CalculationEngine[-\d]*\.iwa$/ },
  { id: 'pages', name: /^Index\/Document\.iwa$|^index\.xml$/ },
  { id: 'sketch', name: /^pages\/[0-9A-F-]{36}\.json$/ },
  { id: 'procreate', name: /^Document\.archive$/ },
  { id: 'kmz', name: /^doc\.kml$/ },
  { id: 'pytorch', name: /^([^/]+\/)?data\.pkl$/ },
  { id: 'keras', name: /^model\.weights\.h5$/ },
  { id: 'numpy-zip', name: /^[^/]+\.npy$/ },
  { id: 'usdz', name: /^[^/]+\.usd[ac]?$/ },
  { id: 'freecad', name: /^GuiDocument\.xml$/ },
  { id: 'musescore', name: /^[^/]+\.mscx$/ },
  { id: 'idml', name: /^designmap\.xml$/ },
  { id: 'xmind', name: /^(content\.json|Revisions\/)$/ },
  { id: 'epub', name: /^(OEBPS|OPS|EPUB)\// },
  { id: 'mxl', name: /^[^/]+\.musicxml$/ },
  { id: 'jar', name: /^(META-INF\/MANIFEST\.MF|WEB-INF\/)/ },
]

function typeOfNames(names: readonly string[]): string | null {
  return nameRules.find((rule) => names.some((name) => rule.name.test(name)))?.id ?? null
}

/** The entries whose headers are in the beginning of the file, up to the first one of unknown size. */
function localEntries(head: Uint8Array): { names: string[]; mimetype: string | null } {
  const names: string[] = []
  let mimetype: string | null = null
  let at = 0
  while (names.length < MAX_NAMES && startsAt(head, at, LOCAL_HEADER)) {
    const flags = u16le(head, at + 6)
    const stored = u16le(head, at + 8) === 0
    const size = u32le(head, at + 18)
    const nameEnd = at + 30 + u16le(head, at + 26)
    const dataAt = nameEnd + u16le(head, at + 28)
    const name = latin1(head, at + 30, nameEnd)
    names.push(name)
    if (name === 'mimetype' && stored) mimetype = latin1(head, dataAt, dataAt + size).trim()
    // If the entry has a data descriptor, its size comes after its data: only the directory can list the rest.
    if (flags & 0x08 && size === 0) break
    at = dataAt + size
  }
  return { names, mimetype }
}
