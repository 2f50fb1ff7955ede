import { readFileSync } from 'node:fs'

/** The version of this installation: that of the command and of the daemon it starts. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
