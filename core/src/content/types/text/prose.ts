import { firstMatch } from './rule.ts'
import type { TextRule } from './rule.ts'

/** The type of a text in a markup language, or of a log, by its typical lines; null if there are none. */
export function proseType(text: string): string | null {
  return firstMatch(proseRules, text)
}

const proseRules: readonly TextRule[] = [
  { id: 'org', test: /^#\+(TITLE|AUTHOR|BEGIN_SRC|STARTUP|OPTIONS)\b/im },
  { id: 'restructured-text', test: /^\.\. [\w-]+::/m },
  { id: 'restructured-text', test: /^(={4,}|-{4,}|~{4,})$/m, and: /``|:\w+:`/ },
  { id: 'asciidoc', test: /^= \S/, and: /^(:[\w-]+:|== \S)/m },
  { id: 'typst', test: /^#(set|import|show|let) \w/m },
  { id: 'markdown', test: /^#{1,6} \S/m, and: /^(#{2,6} |[-*+] |\d+\. |```|> )|\[[^\]\n]+\]\([^)\n]+\)|\*\*\S/m },
  { id: 'markdown', test: /^(=+|-+)$/m, and: /\[[^\]\n]+\]\([^)\n]+\)|^[-*+] \S/m },
  {
    id: 'log',
    test: /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d)[^\n]*\n\[?(\d{4}-|[A-Z][a-z]{2} [ \d])/,
  },
]
