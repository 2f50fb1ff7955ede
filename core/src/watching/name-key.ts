import type { RawName } from '../util/file-name.ts'

/** A name as a map key: bytes that are not text follow a NUL, which no name contains. */
export function nameToKey(name: RawName): string {
  return typeof name === 'string' ? name : `\0${Buffer.from(name).toString('latin1')}`
}

export function keyToName(key: string): RawName {
  return key.startsWith('\0') ? Buffer.from(key.slice(1), 'latin1') : key
}
