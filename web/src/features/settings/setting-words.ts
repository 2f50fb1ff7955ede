/** The name of a setting, and the rest of what is said of it. */
export interface SettingWords {
  readonly name: string
  readonly rest: string
}

/** The first part of a summary names the setting: `port of the explorer, or the next free one; 0: any`. */
export function settingWords(summary: string): SettingWords {
  const end = summary.search(/[:;,(]/)
  const first = (end === -1 ? summary : summary.slice(0, end)).trim()
  const rest = end === -1 ? '' : summary.slice(summary[end] === '(' ? end : end + 1).trim()
  return { name: capital(first), rest: capital(rest) }
}

function capital(text: string): string {
  return text === '' ? '' : text[0]!.toUpperCase() + text.slice(1)
}
