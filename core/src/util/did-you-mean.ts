import { nearest } from './nearest.ts'

/** The advice after a name that nothing has: the nearest name, or the command that lists the names. */
export function didYouMean(typed: string, names: readonly string[], command: string): string {
  const [hint] = nearest(typed.toLowerCase(), [...new Set(names.map((name) => name.toLowerCase()))])
  const name = names.find((each) => each.toLowerCase() === hint)
  return name === undefined ? `see \`${command}\`` : `did you mean ${JSON.stringify(name)}?`
}
