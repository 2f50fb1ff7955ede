import { lstatSync, mkdirSync } from 'node:fs'
import { CoreError, systemCode } from '../../../util/errors.ts'
import { bytesToName, displayName } from '../../../util/file-name.ts'
import { pathError } from '../../../util/path-error.ts'
import { PRIVATE_FOLDER } from './permissions.ts'
import type { SourceItem } from './walk-source.ts'

/** Longest name that file systems take, in bytes. */
const MAX_NAME_BYTES = 255
/** Room for ` (12).0a1b2c3d.part` behind a name that is cut. */
const ROOM_BYTES = 32
/** Copies of one name beside each other. */
const MAX_TWINS = 10_000

/** Where an item goes: below the folder that was chosen, in folders of the transfer’s own. */
export interface Target {
  /** Below the chosen folder, `/` between the parts. */
  readonly path: Buffer
  /** True where the name there is not the name it had. */
  readonly renamed: boolean
}

/** What is a name on one system and not on another. */
export interface NameRules {
  /** Names that differ only by this are one. */
  fold(name: string): string
  /** Whether names are text, and bytes that are none are not allowed. */
  readonly areText: boolean
  clean(name: string): string
}

/**
 * Gives every item a name of its own on this system. Names that cannot be here are changed, and so are two that would be
 * one here (`a.txt` and `A.TXT` on a disk that folds case, two spellings of one accent). The tops never take a name that
 * is taken. Throws `InvalidInput` for a list that no tree of files has.
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
  return new CoreError('InvalidInput', 'the other device sent a list of files that is none')
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
  throw new CoreError('Conflict', `there are ${MAX_TWINS} files called ${name.toString()} already`)
}

function foldBytes(name: Buffer, rules: NameRules): string {
  const text = bytesToName(name)
  return typeof text === 'string' ? rules.fold(text) : `\0${name.toString('hex')}`
}

/** A name that is one here: one part of a path, not too long, of this system's characters. */
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
  // Half of a pair of surrogates is no character.
  return Buffer.from(cut.toWellFormed() + ending)
}

function numbered(name: Buffer, n: number): Buffer {
  const { stem, ending } = split(name.toString('latin1'))
  return Buffer.from(`${stem} (${n})${ending}`, 'latin1')
}

/** Longer endings are no extensions. */
const MAX_ENDING = 16

function split(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= MAX_ENDING
    ? { stem: name.slice(0, dot), ending: name.slice(dot) }
    : { stem: name, ending: '' }
}

/** Names Windows keeps for devices. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
// eslint-disable-next-line no-control-regex
const WINDOWS_FORBIDDEN = /[<>:"\\|?*\u0000-\u001f]/g

/** What names are on a system (`process.platform`). Case and accents fold where its usual file system folds them. */
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

/** Whether something of that name is in a folder, a dangling link too. */
export function isTakenIn(folder: Buffer): (name: Buffer) => boolean {
  return (name) => lstatSync(Buffer.concat([folder, SLASH, name]), { throwIfNoEntry: false }) !== undefined
}

/** Makes a folder of the transfer's own. One that is there must be a folder itself: a link would lead out of the target. */
export function makeOwnFolder(path: Buffer): void {
  try {
    mkdirSync(path, { mode: PRIVATE_FOLDER })
  } catch (err) {
    if (systemCode(err) !== 'EEXIST') throw pathError(err, path.toString())
    if (!lstatSync(path).isDirectory()) {
      throw new CoreError('Conflict', `${path.toString()} is not a folder; something else has taken its place`)
    }
  }
}
