import { closeSync, fstatSync, openSync, type PathLike } from 'node:fs'
import type { SystemCalls } from './system-call.ts'

/** System call numbers, equal on every processor; see landlock(7). */
const CREATE_RULESET = 444
const ADD_RULE = 445
const RESTRICT_SELF = 446
const VERSION_FLAG = 1
const RULE_PATH_BENEATH = 1
/** A flag that is missing in Node's constants. */
const O_PATH = 0o10000000

const EXECUTE = 1n << 0n
const WRITE_FILE = 1n << 1n
const READ_FILE = 1n << 2n
const READ_DIR = 1n << 3n
const REMOVE_DIR = 1n << 4n
const REMOVE_FILE = 1n << 5n
const MAKE_DIR = 1n << 7n
const MAKE_REG = 1n << 8n
const REFER = 1n << 13n
const TRUNCATE = 1n << 14n
/** Rights to change files and folders. Links, pipes, sockets and devices can be neither created nor used. */
const WRITE = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER
/** The rights that a rule on a single file can grant. */
const FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
/** File access rights by version of Landlock. Later versions have the rights of the last one here. */
const RIGHTS_BY_VERSION = [0x1fffn, 0x3fffn, 0x7fffn, 0x7fffn, 0xffffn] as const
/** The first versions of Landlock that block TCP, and signals and abstract sockets. */
const CLOSES_TCP = 4
export const CLOSES_SIGNALS = 6
const ALL_TCP = 3n
const ALL_SCOPES = 3n

export interface Landlock {
  /** Files and folders that may be read. Missing ones are skipped. */
  readonly read: readonly PathLike[]
  /** Files and folders that may be read and changed. */
  readonly write: readonly PathLike[]
  /** Programs that may be started. */
  readonly execute: readonly PathLike[]
  /** Whether TCP stays allowed. */
  readonly network: boolean
}

/**
 * Blocks all files except the named ones, for this thread and everything it starts. This cannot be undone. Returns the
 * version of Landlock. Throws if the kernel has no Landlock.
 */
export function closeFiles(calls: SystemCalls, { read, write, execute, network }: Landlock): number {
  const version = calls.call('landlock_create_ruleset', CREATE_RULESET, 0, 0, VERSION_FLAG)
  const all = RIGHTS_BY_VERSION[Math.min(version, RIGHTS_BY_VERSION.length) - 1]!
  const attributes = Buffer.alloc(version >= CLOSES_SIGNALS ? 24 : version >= CLOSES_TCP ? 16 : 8)
  attributes.writeBigUInt64LE(all, 0)
  if (version >= CLOSES_TCP && !network) attributes.writeBigUInt64LE(ALL_TCP, 8)
  if (version >= CLOSES_SIGNALS) attributes.writeBigUInt64LE(ALL_SCOPES, 16)
  const at = calls.addressOf(attributes)
  const ruleset = calls.call('landlock_create_ruleset', CREATE_RULESET, at, attributes.length)
  const allow = (path: PathLike, rights: bigint) => {
    const fd = openPath(path)
    if (fd === null) return
    const rule = Buffer.alloc(12)
    rule.writeBigUInt64LE((fstatSync(fd).isDirectory() ? rights : rights & FILE_RIGHTS) & all, 0)
    rule.writeInt32LE(fd, 8)
    calls.call('landlock_add_rule', ADD_RULE, ruleset, RULE_PATH_BENEATH, calls.addressOf(rule), 0)
    closeSync(fd)
  }
  for (const path of read) allow(path, READ_FILE | READ_DIR)
  for (const path of write) allow(path, WRITE)
  for (const path of execute) allow(path, READ_FILE | EXECUTE)
  calls.call('landlock_restrict_self', RESTRICT_SELF, ruleset, 0)
  closeSync(ruleset)
  return version
}

/** Null if the path does not exist or cannot be opened. */
function openPath(path: PathLike): number | null {
  try {
    return openSync(path, O_PATH)
  } catch {
    return null
  }
}
