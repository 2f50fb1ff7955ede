import { isBuiltin } from 'node:module'

/** The attribute that browsers set on downloaded files. File managers and virus scanners read it. */
const ATTRIBUTE = 'user.xdg.origin.url'

type SetAttribute = (path: Uint8Array, name: Uint8Array, value: Uint8Array, size: bigint, flags: number) => number

/**
 * Records the origin of a received file in an attribute. Returns null on success, otherwise the reason. The file
 * itself is complete in either case.
 */
export function markOrigin(path: Uint8Array, origin: string): string | null {
  set ??= load()
  if (set === 'unsupported') return 'this system has no extended attributes that Spacedrive can write'
  const value = Buffer.from(origin)
  const result = set(terminated(path), terminated(Buffer.from(ATTRIBUTE)), value, BigInt(value.length), 0)
  return result === 0 ? null : 'the disk keeps no extended attributes'
}

let set: SetAttribute | 'unsupported' | null = null

function load(): SetAttribute | 'unsupported' {
  if (process.platform !== 'linux' || !isBuiltin('node:ffi')) return 'unsupported'
  const { functions } = process.getBuiltinModule('node:ffi').dlopen(null, {
    setxattr: { arguments: ['pointer', 'pointer', 'pointer', 'u64', 'i32'], return: 'i32' },
  })
  return functions.setxattr
}

/** A NUL-terminated string, as C expects it. */
function terminated(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.of(0)])
}
