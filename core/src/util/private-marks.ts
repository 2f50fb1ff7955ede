import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { fsPath, type RawName } from './file-name.ts'

/** Files in a folder that make the whole folder private. */
export interface Mark {
  /** The name of a JSON file. */
  readonly file: string
  /** Whether the JSON was written by Spacedrive. Other programs have files with this name too. */
  readonly isOurs: (json: Readonly<Record<string, unknown>>) => boolean
  /** A SQLite database in the same folder; null if the JSON file is enough. */
  readonly database: string | null
  /** Describes the folder, for messages. */
  readonly what: string
}

/** Maximum number of bytes of a JSON file that are read. Those of Spacedrive have less than a kilobyte. */
const MAX_JSON = 64 * 1_024
const SQLITE_HEADER = Buffer.from('SQLite format 3\0')
/** With this flag, a FIFO does not block. Windows has no such flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The files that identify a copy of a data folder or a library. Only fields that exist in every version are compared,
 * because files of a newer version are private too.
 */
const MARKS: readonly Mark[] = [
  {
    file: 'network-key.json',
    isOurs: ({ device, key, seed, version, wrapped }) =>
      typeof version === 'number' && isUuid(device) && typeof key === 'string' && (isText(seed) || isObject(wrapped)),
    database: null,
    what: 'has the key of a device',
  },
  {
    file: 'device.json',
    isOurs: ({ createdAt, folder, id, version }) =>
      typeof version === 'number' && isUuid(id) && isText(createdAt) && isText(folder),
    database: 'network.db',
    what: 'is a data folder',
  },
  {
    file: 'library.json',
    isOurs: ({ createdAt, id, version }) => typeof version === 'number' && isUuid(id) && isText(createdAt),
    database: 'database.db',
    what: 'is a library',
  },
]

/** The mark of a folder; null for an ordinary folder. */
export async function markOf(folder: RawName): Promise<Mark | null> {
  const found = await Promise.all(MARKS.map((mark) => holds(folder, mark)))
  return MARKS[found.indexOf(true)] ?? null
}

/** The synchronous version of `markOf`. */
export function markOfSync(folder: RawName): Mark | null {
  return (
    MARKS.find(({ database, file, isOurs }) => {
      if (!isOursIn(headSync(fileIn(folder, file), MAX_JSON + 1), isOurs)) return false
      return database === null || isDatabase(headSync(fileIn(folder, database), SQLITE_HEADER.length))
    }) ?? null
  )
}

async function holds(folder: RawName, { database, file, isOurs }: Mark): Promise<boolean> {
  if (!isOursIn(await head(fileIn(folder, file), MAX_JSON + 1), isOurs)) return false
  return database === null || isDatabase(await head(fileIn(folder, database), SQLITE_HEADER.length))
}

function isOursIn(bytes: Buffer | null, isOurs: Mark['isOurs']): boolean {
  if (bytes === null || bytes.length > MAX_JSON) return false
  try {
    const json: unknown = JSON.parse(bytes.toString())
    return isObject(json) && isOurs(json)
  } catch {
    return false
  }
}

function isDatabase(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.equals(SQLITE_HEADER)
}

function isUuid(value: unknown): boolean {
  return isText(value) && UUID.test(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function fileIn(folder: RawName, name: string): Buffer {
  return Buffer.concat([Buffer.from(fsPath(folder)), Buffer.from(`/${name}`)])
}

/** The first bytes of a regular file; null if there is none, or if it cannot be read. */
async function head(path: Buffer, bytes: number): Promise<Buffer | null> {
  try {
    // Checked before opening, because opening a device file may have an effect.
    if (!(await stat(path)).isFile()) return null
    await using file = await open(path, OPEN_FLAGS)
    if (!(await file.stat()).isFile()) return null
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } catch {
    return null
  }
}

function headSync(path: Buffer, bytes: number): Buffer | null {
  let file
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return null
    file = openSync(path, OPEN_FLAGS)
    if (!fstatSync(file).isFile()) return null
    const buffer = Buffer.alloc(bytes)
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0))
  } catch {
    return null
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
