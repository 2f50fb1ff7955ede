import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { draftsFolder } from '../src/sidecars/files/paths.ts'

/** Names of the sidecars of a library that are being written, or were left by a crash. */
export function draftsOf({ path }: { readonly path: string }): string[] {
  return readdirSync(draftsFolder(join(path, 'sidecars')))
}
