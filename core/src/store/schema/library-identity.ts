/** One row with the manifest of the library as JSON. `library.json` is restored from it. */
export interface LibraryIdentityTable {
  id: number
  manifest: string
}
