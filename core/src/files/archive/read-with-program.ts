import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { EntryKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, fsPath, type RawName } from '../../util/file-name.ts'
import { findProgram } from '../../util/find-program.ts'
import type { ArchiveMember, MemberList } from './listing.ts'
import { BSDTAR, SEVEN_ZIP } from './programs.ts'

/** A program that lists formats which are not read here. */
interface Lister {
  readonly programs: readonly string[]
  args(path: string): string[]
  /** Returns a member when a line completes one. */
  parser(): (line: string) => ArchiveMember | null
}

/**
 * Lists 7z, rar, cab, iso and others with an installed program. Returns whether the list is complete. Throws
 * `Unsupported` if no program is installed, and `Corrupt` if the program cannot read the file.
 */
export async function readWithProgram(path: RawName, format: string, list: MemberList): Promise<boolean> {
  const given = fsPath(path)
  if (typeof given !== 'string')
    throw new CoreError(
      'Unsupported',
      `the name of this ${format} archive is not valid UTF-8, so no other program can open it; rename it first`,
    )
  for (const lister of listers) {
    for (const program of lister.programs) {
      const isWhole = await run(program, lister, given, list)
      if (isWhole !== null) return isWhole
    }
  }
  throw new CoreError('Unsupported', `listing a ${format} archive needs bsdtar or 7z; install one of them`)
}

/** Null if the program is not installed. */
async function run(program: string, lister: Lister, path: string, list: MemberList): Promise<boolean | null> {
  // Search for the program first: if no lister is installed, this process may be forbidden to start any program.
  const found = findProgram(program)
  if (found === null) return null
  // A program that asks for a password would wait for ever.
  const child = spawn(found, lister.args(path), { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  ended.catch(() => {})
  const parse = lister.parser()
  for await (const line of createInterface({ input: child.stdout.setEncoding('latin1') })) {
    if (list.isFull) {
      child.kill('SIGKILL')
      return false
    }
    const member = parse(line)
    if (member) list.add(member)
  }
  const code = await ended
  if (code !== 0 && list.members.length === 0)
    throw new CoreError(
      'Corrupt',
      `${program} cannot list the archive; it is damaged, protected by a password or in an unknown format`,
    )
  return code === 0
}

/** Prints the members as an mtree(5) manifest: one line for each member, with its name escaped. No data is unpacked. */
const bsdtar: Lister = {
  programs: BSDTAR,
  args: (path) => [
    '-c',
    '-f',
    '-',
    '--format=mtree',
    '--options=mtree:!all,mtree:type,mtree:size,mtree:time',
    `@${path}`,
  ],
  parser: () => (line) => {
    const [name, ...words] = line.split(' ')
    if (!name || name.startsWith('#') || name.startsWith('/') || words.length === 0) return null
    const said = new Map(words.map((word) => word.split('=', 2) as [string, string]))
    const kind = MTREE_KINDS[said.get('type') ?? ''] ?? 'other'
    return {
      path: unescape(name.replace(/^\.\//, '')),
      kind,
      size: kind === 'file' ? toNumber(said.get('size')) : 0,
      compressedSize: null,
      modifiedMs: toMs(toNumber(said.get('time'))),
      encrypted: false,
    }
  },
}

const MTREE_KINDS: Readonly<Record<string, EntryKind>> = { file: 'file', dir: 'directory', link: 'symlink' }

/** Special bytes are written as `\040`. */
function unescape(text: string): RawName {
  const bytes = text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
  return bytesToName(new Uint8Array(Buffer.from(bytes, 'latin1')))
}

/** `-slt` prints one line for each fact of a member, and an empty line after the last fact. */
const sevenZip: Lister = {
  programs: SEVEN_ZIP,
  args: (path) => ['l', '-slt', '-ba', '-sccUTF-8', '-p-', '--', path],
  parser: () => {
    const facts = new Map<string, string>()
    return (line) => {
      const [, key, value] = /^(\w[\w ]*) = (.*)$/.exec(line) ?? []
      if (key !== undefined && value !== undefined) facts.set(key, value)
      if (line !== '') return null
      const path = facts.get('Path')
      const member = path === undefined ? null : toMember(path, facts)
      facts.clear()
      return member
    }
  },
}

function toMember(path: string, facts: ReadonlyMap<string, string>): ArchiveMember {
  const isFolder = facts.get('Folder') === '+' || facts.get('Attributes')?.startsWith('D') === true
  return {
    path: bytesToName(new Uint8Array(Buffer.from(path, 'latin1'))),
    kind: isFolder ? 'directory' : 'file',
    size: isFolder ? 0 : toNumber(facts.get('Size')),
    compressedSize: toNumber(facts.get('Packed Size')),
    // The program prints the time in this machine's time zone.
    modifiedMs: toMs(Date.parse((facts.get('Modified') ?? '').slice(0, SECONDS_END)) / 1_000),
    encrypted: facts.get('Encrypted') === '+',
  }
}

/** Length of `2026-03-02 10:00:00`, without the fraction that may follow. */
const SECONDS_END = 19

const listers: readonly Lister[] = [bsdtar, sevenZip]

function toNumber(text: string | undefined): number | null {
  const value = Number(text === undefined || text === '' ? Number.NaN : text)
  return Number.isFinite(value) ? value : null
}

function toMs(seconds: number | null): number | null {
  return seconds === null || Number.isNaN(seconds) ? null : Math.trunc(seconds * 1_000)
}
