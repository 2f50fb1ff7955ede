import { byteString, compileWildcard, type Wildcard } from './wildmatch.ts'

/**
 * The condition of a pattern on an entry, besides whether it must be a directory. Paths are relative to the ignore
 * file's folder.
 */
export type IgnoreTest =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'name-wildcard'; readonly wildcard: Wildcard }
  | { readonly kind: 'path'; readonly dir: string; readonly name: string }
  /** `wildcard` matches the rest after the literal `prefix`. */
  | { readonly kind: 'path-wildcard'; readonly prefix: string; readonly wildcard: Wildcard }

export interface IgnorePattern {
  /** The pattern as written, without the trailing spaces that git ignores. */
  readonly text: string
  readonly negated: boolean
  readonly directoriesOnly: boolean
  readonly test: IgnoreTest
}

/**
 * Reads one line of an ignore file as git does. Null for a comment, an empty line, and a pattern that matches nothing.
 */
export function parseIgnoreLine(line: string, { ignoreCase }: { ignoreCase: boolean }): IgnorePattern | null {
  if (line.startsWith('#')) return null
  const text = withoutTrailingSpaces(line)
  const negated = text.startsWith('!')
  const body = negated ? text.slice(1) : text
  const directoriesOnly = body.endsWith('/')
  const glob = directoriesOnly ? body.slice(0, -1) : body
  const test = parseTest(glob, ignoreCase)
  return test && { text, negated, directoriesOnly, test }
}

/** Folds the case of ASCII letters only, as git does when it compares names without case. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function parseTest(glob: string, ignoreCase: boolean): IgnoreTest | null {
  if (!glob.includes('/')) return parseNameTest(glob, ignoreCase)
  const path = glob.startsWith('/') ? glob.slice(1) : glob
  // A pattern that matches at any depth is a pattern for names.
  if (path.startsWith('**/') && !path.includes('/', 3)) return parseNameTest(path.slice(3), ignoreCase)
  const special = path.search(GLOB_SPECIAL)
  const literal = fold(special < 0 ? path : path.slice(0, special), ignoreCase)
  if (special < 0) {
    const slash = literal.lastIndexOf('/')
    const name = literal.slice(slash + 1)
    // A path never has an empty segment, so this pattern matches nothing.
    return name === '' || slash === 0 ? null : { kind: 'path', dir: literal.slice(0, Math.max(slash, 0)), name }
  }
  // Like git, compare the literal beginning first and match the rest as a separate glob: `a**/b` is `a` and then
  // `**/b`.
  const wildcard = compileWildcard(byteString(path.slice(special)), { ignoreCase })
  return wildcard && { kind: 'path-wildcard', prefix: literal, wildcard }
}

function parseNameTest(glob: string, ignoreCase: boolean): IgnoreTest | null {
  if (glob === '') return null
  if (!GLOB_SPECIAL.test(glob)) return { kind: 'name', name: fold(glob, ignoreCase) }
  const rest = glob.slice(1)
  if (glob.startsWith('*') && rest !== '' && !GLOB_SPECIAL.test(rest)) {
    return { kind: 'suffix', suffix: fold(rest, ignoreCase) }
  }
  const wildcard = compileWildcard(byteString(glob), { ignoreCase })
  return wildcard && { kind: 'name-wildcard', wildcard }
}

const GLOB_SPECIAL = /[*?[\\]/

function fold(text: string, ignoreCase: boolean): string {
  return ignoreCase ? foldCase(text) : text
}

/** Removes trailing spaces, except a space after a backslash. */
function withoutTrailingSpaces(line: string): string {
  let end = 0
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') end = Math.min(++i, line.length - 1) + 1
    else if (line[i] !== ' ') end = i + 1
  }
  return line.slice(0, end)
}
