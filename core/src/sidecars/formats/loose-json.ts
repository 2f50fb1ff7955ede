import type { Engine } from '../generators/generator.ts'

/**
 * Readers for JSON that another version or a person may have written. Each returns null for a value of another type.
 */

/** Parses a sidecar file. Null if it is not an object, is of another version, or has no list with this name. */
export function parseSidecar<List extends string>(
  json: string,
  { list: name, version }: { version: number; list: List },
): (Record<string, unknown> & { [K in List]: unknown[] }) | null {
  const value = parseObject(json)
  return value?.['version'] === version && Array.isArray(value[name])
    ? (value as Record<string, unknown> & { [K in List]: unknown[] })
    : null
}

/** The engine that made a sidecar. A missing name or version becomes an empty text. */
export function engine(value: unknown): Engine {
  const { name, version } = object(value) ?? {}
  return { name: text(name) ?? '', version: text(version) ?? '' }
}

/** Parses JSON. Null if it is not valid or not an object. */
export function parseObject(json: string): Record<string, unknown> | null {
  try {
    return object(JSON.parse(json))
  } catch {
    return null
  }
}

export function object(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** The valid items of a list; empty if the value is not a list. */
export function list<Item>(value: unknown, read: (item: unknown) => Item | null): Item[] {
  return Array.isArray(value) ? value.map(read).filter((item) => item !== null) : []
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** A number from 0 to 1. */
export function part(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null
}

/** An object with one property, or an empty object if the value is null. */
export function optional<Key extends string, Value>(key: Key, value: Value | null): { [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { [K in Key]?: Value })
}
