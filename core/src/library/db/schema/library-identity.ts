/** One row: the manifest of the library, as JSON. `library.json` is written again from it when it is lost. */
export interface LibraryIdentityTable {
  id: number
  manifest: string
}
