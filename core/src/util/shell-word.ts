/**
 * Writes a value in shell syntax: quoted if it contains other characters than letters, digits and those usual in
 * paths.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
