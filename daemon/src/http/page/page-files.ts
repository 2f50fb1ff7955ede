import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

/** Name of the file beside the built page with the fingerprint of its sources. */
export const FINGERPRINT_FILE = '.sources'
/** Compressed copies that lie beside a file, best first. */
export const encodings = [
  { name: 'br', extension: '.br' },
  { name: 'gzip', extension: '.gz' },
] as const

export interface PageFile {
  readonly path: string
  readonly type: string
  /** The compressed copies of the file that exist. */
  readonly encodings: readonly (typeof encodings)[number][]
}

export interface PageFiles {
  /** Fingerprint of the sources; null if unknown. */
  readonly fingerprint: string | null
  /** By address: `/assets/index-4f2a.js`. Nothing else can be asked for. */
  readonly byAddress: ReadonlyMap<string, PageFile>
}

/** The built page; null if there is none. */
export async function readPageFiles(folder: string): Promise<PageFiles | null> {
  if (!(await stat(join(folder, 'index.html')).catch(() => null))) return null
  const fingerprint = await readFile(join(folder, FINGERPRINT_FILE), 'utf8').catch(() => null)
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = new Set(found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)))
  const byAddress = new Map<string, PageFile>()
  for (const path of paths) {
    const type = typeOf(path)
    if (type === undefined) continue
    const copies = encodings.filter(({ extension }) => paths.has(path + extension))
    byAddress.set(`/${relative(folder, path).replaceAll(sep, '/')}`, { path, type, encodings: copies })
  }
  return { fingerprint, byAddress }
}

/** The file types of a page; other files are not served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  // Files of pdf.js, for fonts without a table of their characters.
  '.bcmap': 'application/octet-stream',
  '.pfb': 'application/octet-stream',
  '.ttf': 'font/ttf',
}

function typeOf(path: string): string | undefined {
  return types[extname(path).toLowerCase()]
}
