import { lstat, opendir, readFile } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Folders where users keep their files, the most likely ones first. */
const placeKinds = ['pictures', 'documents', 'downloads', 'desktop', 'music', 'videos', 'home'] as const
export type PlaceKind = (typeof placeKinds)[number]

export interface Place {
  readonly kind: PlaceKind
  readonly path: string
  readonly name: string
  /**
   * The number and size of the files that were counted within the time limit; `isWhole` if all were counted. Null if
   * the folder did not answer.
   */
  readonly estimate: { readonly files: number; readonly bytes: number; readonly isWhole: boolean } | null
}

export interface PlacesDeps {
  readonly home: string
  readonly platform: NodeJS.Platform
  /** The folder of the desktop's settings on Linux: `~/.config`. */
  readonly configHome: string
}

/** Time limit for the estimate of one place. */
const ESTIMATE_MS = 100
const MAX_ENTRIES = 5_000
/** Time limit for all places together, so that a dead disk does not delay the answer. */
const ALL_MS = 1_500

/**
 * Lists the existing places. They are examined one after another, so that a disk without an answer blocks only one
 * thread.
 */
export async function listPlaces(deps: PlacesDeps): Promise<Place[]> {
  const paths = await pathsByKind(deps)
  const seen = new Set<string>()
  const places: Place[] = []
  const clock = new AbortController()
  const over = delay(ALL_MS, null, { signal: clock.signal }).catch(() => null)
  for (const kind of placeKinds) {
    const path = paths[kind]
    if (seen.has(path)) continue
    seen.add(path)
    const isThere = await Promise.race([isFolder(path), over])
    if (!isThere) continue
    const estimate = await Promise.race([estimateFolder(path), over])
    places.push({ kind, path, name: basename(path) || path, estimate })
  }
  clock.abort()
  return places
}

async function pathsByKind({ configHome, home, platform }: PlacesDeps): Promise<Record<PlaceKind, string>> {
  const usual = {
    pictures: join(home, 'Pictures'),
    documents: join(home, 'Documents'),
    downloads: join(home, 'Downloads'),
    desktop: join(home, 'Desktop'),
    music: join(home, 'Music'),
    videos: join(home, platform === 'darwin' ? 'Movies' : 'Videos'),
    home,
  }
  if (platform !== 'linux') return usual
  const text = await readFile(join(configHome, 'user-dirs.dirs'), 'utf8').catch(() => '')
  return { ...usual, ...readUserDirs(text, home) }
}

/** Names of variables; see https://www.freedesktop.org/wiki/Software/xdg-user-dirs/ */
const userDirs: Readonly<Record<string, PlaceKind>> = {
  PICTURES: 'pictures',
  DOCUMENTS: 'documents',
  DOWNLOAD: 'downloads',
  DESKTOP: 'desktop',
  MUSIC: 'music',
  VIDEOS: 'videos',
}

/** Parses lines such as `XDG_PICTURES_DIR="$HOME/Bilder"`. Paths are absolute or begin with `$HOME/`. */
function readUserDirs(text: string, home: string): Partial<Record<PlaceKind, string>> {
  const found: Partial<Record<PlaceKind, string>> = {}
  for (const [, name, value] of text.matchAll(/^\s*XDG_([A-Z]+)_DIR="((?:[^"\\\n]|\\.)*)"/gm)) {
    const kind = userDirs[name!]
    const path = value!
      .replaceAll(/\\(.)/g, '$1')
      .replace(/^\$HOME(?=\/|$)/, home)
      .replace(/(?<=.)\/+$/, '')
    if (kind && isAbsolute(path)) found[kind] = path
  }
  return found
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isDirectory() || stats.isSymbolicLink(),
    () => false,
  )
}

/** Counts files level by level, until all are counted or the time limit is reached. */
async function estimateFolder(root: string): Promise<Place['estimate']> {
  const endsAt = performance.now() + ESTIMATE_MS
  const found = { files: 0, bytes: 0 }
  const folders = [root]
  let seen = 0
  let isWhole = true
  for (const folder of folders) {
    // Unreadable folders are skipped, as in a scan.
    const entries = await opendir(folder).catch(() => null)
    if (!entries) continue
    try {
      for await (const entry of entries) {
        if (++seen > MAX_ENTRIES || performance.now() > endsAt) return { ...found, isWhole: false }
        const path = join(folder, entry.name)
        if (entry.isDirectory()) folders.push(path)
        if (!entry.isFile()) continue
        found.files++
        found.bytes += await lstat(path).then(
          ({ size }) => size,
          () => 0,
        )
      }
    } catch {
      // The disk stopped answering, so the numbers are too low.
      isWhole = false
    }
  }
  return { ...found, isWhole }
}
