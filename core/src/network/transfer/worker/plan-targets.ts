import { lstatSync } from 'node:fs'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import { CoreError, systemCode } from '../../../util/errors.ts'
import { bytesToName, displayName } from '../../../util/file-name.ts'
import { pathError } from '../../../util/path-error.ts'
import { PRIVATE_FOLDER } from './permissions.ts'
import type { SourceItem } from './walk-source.ts'

/** Longest name on common file systems, in bytes. */
const MAX_NAME_BYTES = 255
/** Bytes kept free for ` (12).0a1b2c3d.part` after a shortened name. */
const ROOM_BYTES = 32
/** Maximum number of numbered variants of one name. */
const MAX_TWINS = 10_000

/** The planned path of an item below the chosen folder. */
export interface Target {
  /** Path below the chosen folder, with `/` between names. */
  readonly path: Buffer
  /** True if a name in the path differs from its original. */
  readonly renamed: boolean
}

/** The rules of a system for names. */
export interface NameRules {
  /** Two names with the same result are equal on this system. */
  fold(name: string): string
  /** Whether names must be text, so that other bytes are not allowed. */
  readonly areText: boolean
  clean(name: string): string
}

/**
 * Gives every item a unique name on this system. Names that are not possible here are changed. If two names would be
 * equal here, such as `a.txt` and `A.TXT` on a disk that ignores case, one is changed. Top-level items never get the
 * name of an existing file. Throws `InvalidInput` if the list is not a tree of files.
 */
export function planTargets(
  items: readonly Pick<SourceItem, 'names' | 'kind'>[],
  { rules, isTaken }: { rules: NameRules; isTaken: (name: Buffer) => boolean },
): Target[] {
  const folders = new Map<string, { readonly path: Buffer; readonly used: Set<string>; readonly renamed: boolean }>()
  const top = new Set<string>()
  return items.map(({ names, kind }) => {
    const parent = folders.get(keyOf(names.slice(0, -1)))
    if (names.length === 0 || (names.length > 1 && !parent)) throw notATree()
    const name = names.at(-1)!
    if (folders.has(keyOf(names))) throw notATree()
    const free = freeName(name, { rules, used: parent?.used ?? top, isTaken: parent ? () => false : isTaken })
    const path = parent ? Buffer.concat([parent.path, SLASH, free]) : free
    const renamed = (parent?.renamed ?? false) || Buffer.compare(free, name) !== 0
    if (kind === 'directory') folders.set(keyOf(names), { path, used: new Set(), renamed })
    return { path, renamed }
  })
}

const SLASH = Buffer.from('/')

function keyOf(names: readonly Uint8Array[]): string {
  return names.map((name) => `/${Buffer.from(name).toString('hex')}`).join('')
}

function notATree(): CoreError {
  return new CoreError('InvalidInput', 'the other device sent an invalid list of files')
}

interface Naming {
  readonly rules: NameRules
  readonly used: Set<string>
  readonly isTaken: (name: Buffer) => boolean
}

function freeName(bytes: Uint8Array, { rules, used, isTaken }: Naming): Buffer {
  const name = safeName(bytes, rules)
  for (let n = 1; n <= MAX_TWINS; n++) {
    const candidate = n === 1 ? name : numbered(name, n)
    const folded = foldBytes(candidate, rules)
    if (used.has(folded) || isTaken(candidate)) continue
    used.add(folded)
    return candidate
  }
  throw new CoreError('Conflict', `${MAX_TWINS} files are already called ${name.toString()}`)
}

function foldBytes(name: Buffer, rules: NameRules): string {
  const text = bytesToName(name)
  return typeof text === 'string' ? rules.fold(text) : `\0${name.toString('hex')}`
}

/** A name that is possible here: a single part of a path, not too long, with characters that this system allows. */
function safeName(bytes: Uint8Array, rules: NameRules): Buffer {
  const whole = bytesToName(bytes)
  if (typeof whole !== 'string') {
    const plain = Buffer.from(bytes).map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))
    return rules.areText
      ? safeText(displayName(plain), rules)
      : Buffer.from(plain.subarray(0, MAX_NAME_BYTES - ROOM_BYTES))
  }
  return safeText(whole, rules)
}

function safeText(text: string, rules: NameRules): Buffer {
  const plain = text.replaceAll(/[\0/]/g, '_')
  const named = plain === '' || plain === '.' || plain === '..' ? '_'.repeat(Math.max(1, plain.length)) : plain
  return shorten(rules.clean(named))
}

function shorten(name: string): Buffer {
  const bytes = Buffer.from(name)
  if (bytes.length <= MAX_NAME_BYTES - ROOM_BYTES) return bytes
  const { stem, ending } = split(name)
  const room = MAX_NAME_BYTES - ROOM_BYTES - Buffer.byteLength(ending)
  let cut = stem
  while (Buffer.byteLength(cut) > room)
    cut = cut.slice(0, -Math.max(1, Math.floor((Buffer.byteLength(cut) - room) / 4)))
  // The cut may have left half of a surrogate pair, which is not a character.
  return Buffer.from(cut.toWellFormed() + ending)
}

function numbered(name: Buffer, n: number): Buffer {
  const { stem, ending } = split(name.toString('latin1'))
  return Buffer.from(`${stem} (${n})${ending}`, 'latin1')
}

/** Longest ending, with its dot, that counts as an extension. */
const MAX_ENDING = 16

function split(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= MAX_ENDING
    ? { stem: name.slice(0, dot), ending: name.slice(dot) }
    : { stem: name, ending: '' }
}

/** Names that Windows reserves for devices. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
// eslint-disable-next-line no-control-regex
const WINDOWS_FORBIDDEN = /[<>:"\\|?*\u0000-\u001f]/g

/**
 * The rules of a system (`process.platform`). Case and accents are ignored where its usual file system ignores them.
 */
export function nameRules(platform: string): NameRules {
  if (platform === 'win32') {
    return {
      fold: (name) => name.normalize('NFC').toUpperCase(),
      areText: true,
      clean(name) {
        const plain = name.replaceAll(WINDOWS_FORBIDDEN, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length))
        return DEVICES.test(plain) ? `_${plain}` : plain
      },
    }
  }
  const foldsCase = platform === 'darwin'
  return {
    fold: (name) => (foldsCase ? name.normalize('NFC').toLowerCase() : name.normalize('NFC')),
    areText: foldsCase,
    clean: (name) => name,
  }
}

/** Whether a folder contains this name, also as a dangling link. */
export function isTakenIn(folder: Buffer): (name: Buffer) => boolean {
  return (name) => lstatSync(Buffer.concat([folder, SLASH, name]), { throwIfNoEntry: false }) !== undefined
}

/**
 * Makes a folder of the transfer. If it exists, it must be a real folder, because a link would lead out of the target.
 */
export function makeOwnFolder(path: Buffer, disk: ThreadDisk): void {
  try {
    disk.makeFolder(path, PRIVATE_FOLDER)
  } catch (err) {
    if (systemCode(err) !== 'EEXIST') throw pathError(err, path.toString())
    if (!lstatSync(path).isDirectory()) {
      throw new CoreError('Conflict', `${path.toString()} is not a folder; something else has taken its place`)
    }
  }
}
