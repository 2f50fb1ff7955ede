/** The name of a setting, and its description. */
export interface SettingWords {
  readonly name: string
  readonly rest: string
}

/** Splits a summary such as `network port: UDP port that devices connect to` at its first colon. */
export function settingWords(summary: string): SettingWords {
  const [, name = summary, rest = ''] = /^(.*?): (.*)$/s.exec(summary) ?? []
  return { name: capital(name), rest: capital(rest) }
}

function capital(text: string): string {
  return text === '' ? '' : text[0]!.toUpperCase() + text.slice(1)
}
