/** A text of an address; one that reads as a number or a list was parsed as such, and is turned back. */
export function textOf<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = search[key]
  if (value === undefined || value === null) return {}
  return { [key]: typeof value === 'string' ? value : JSON.stringify(value) } as { [P in K]?: string }
}

/** Texts of an address; one alone may stand there as it is. Absent where there is none. */
export function listOf<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: string[] } {
  const value = search[key]
  if (value === undefined || value === null) return {}
  const texts = (Array.isArray(value) ? (value as unknown[]) : [value])
    .map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
    .filter((text) => text !== '')
  return (texts.length > 0 ? { [key]: texts } : {}) as { [P in K]?: string[] }
}

export function oneOf<K extends string, T extends string>(
  search: Record<string, unknown>,
  key: K,
  values: readonly T[],
): { [P in K]?: T } {
  const found = values.find((value) => value === search[key])
  return (found ? { [key]: found } : {}) as { [P in K]?: T }
}

export function flagOf<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: true } {
  const isSet = search[key] === true || search[key] === 1 || search[key] === 'true'
  return (isSet ? { [key]: true } : {}) as { [P in K]?: true }
}
