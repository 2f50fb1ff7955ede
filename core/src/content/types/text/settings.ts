import { firstMatch } from './rule.ts'
import type { TextRule } from './rule.ts'

/** Number of lines examined. The first lines of a settings file show its form. */
const EXAMINED_LINES = 12

/** Recognises settings files by the form of every line. */
export function settingsType(text: string): string | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line))
  const examined = lines.slice(0, EXAMINED_LINES)
  if (isToml(examined)) return 'toml'
  if (SECTION.test(examined[0] ?? '') && examined.some((line) => /^[^=\n]+=/.test(line))) return 'ini'
  if (examined.length > 0 && lines.every((line) => /^(export )?[A-Z][A-Z0-9_]*=/.test(line))) return 'dotenv'
  if (isYaml(examined)) return 'yaml'
  return firstMatch(serverRules, text)
}

const SECTION = /^\[[^\]]+\]\s*$/
const TOML_TABLE = /^\[\[?[\w."-]+\]\]?\s*(#.*)?$/
const TOML_VALUE = /^[\w."-]+\s*=\s*("|'|true\b|false\b|[+-]?\d|\[|\{)/
const YAML_LINE = /^\s*(-(\s|$)|["']?[\w./$@ -]+["']?:(\s|$))/

function isToml(lines: readonly string[]): boolean {
  const first = lines.slice(0, 3)
  return (
    first.some((line) => TOML_VALUE.test(line)) && first.every((line) => TOML_TABLE.test(line) || TOML_VALUE.test(line))
  )
}

function isYaml(lines: readonly string[]): boolean {
  if (lines[0] === '---' || lines[0]?.startsWith('%YAML')) return lines.slice(1, 3).some((line) => YAML_LINE.test(line))
  const fits = lines.filter((line) => YAML_LINE.test(line)).length
  return (
    fits >= 2 && fits === lines.length && /^\S/.test(lines[0]!) && lines.some((line) => /^[\w"'./-]+:(\s|$)/.test(line))
  )
}

const serverRules: readonly TextRule[] = [
  {
    id: 'nginx',
    test: /^[ \t]*(server|http|events|upstream \w+|location [^\n{]+) ?\{/m,
    and: /\b(listen|server_name|proxy_pass|worker_connections|root) [^\n;]+;/,
  },
  {
    id: 'apache',
    test: /^[ \t]*(<(VirtualHost|Directory|IfModule|Files|FilesMatch|Location)\b|RewriteEngine |ErrorDocument \d{3} |AddType )/m,
  },
]
