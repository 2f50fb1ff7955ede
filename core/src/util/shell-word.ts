/** A value in shell syntax: quoted if it contains more than letters, digits and the usual characters of paths. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
