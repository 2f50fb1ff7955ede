import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LibraryId } from '../domain/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import { issuesSentence } from '../util/issue-sentence.ts'
import { pathError } from '../util/path-error.ts'
import { writeFileAtomically } from '../util/write-file.ts'

/** The version of the manifest's format. */
export const MANIFEST_VERSION = 2

export const Manifest = z.object({
  version: z.number(),
  id: LibraryId,
  name: z.string().min(1),
  description: z.string().default(''),
  createdAt: z.iso.datetime(),
  /** Settings that belong to the library, by group and name; see `ofLibrary` in `config/schema.ts`. All others are kept as they are. */
  settings: z.record(z.string(), z.unknown()).default({}),
})
export type Manifest = z.infer<typeof Manifest>

/** The paths of the files in a library folder. */
export function libraryFiles(path: string) {
  return {
    manifest: join(path, 'library.json'),
    database: join(path, 'database.db'),
    jobs: join(path, 'jobs.db'),
    sidecars: join(path, 'sidecars'),
    backups: join(path, 'backups'),
    jobLogs: join(path, 'job_logs'),
    lock: join(path, '.sdlibrary.lock'),
  }
}

export interface ReadManifestOptions {
  /** Whether to accept the manifest of a newer version, which is safe if nothing is written. */
  readonly readOnly: boolean
}

/**
 * Reads the manifest of a library. Throws `NotFound` if there is no library, `Corrupt` if its manifest is not valid,
 * and `VersionMismatch` for a manifest of a newer version.
 */
export async function readManifest(
  path: string,
  options: ReadManifestOptions = { readOnly: false },
): Promise<Manifest> {
  const file = libraryFiles(path).manifest
  const text = await readFile(file, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT' || systemCode(err) === 'ENOTDIR') {
      throw new CoreError('NotFound', `${path} is not a library: it has no library.json`, { cause: err })
    }
    throw pathError(err, file)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (err) {
    throw new CoreError('Corrupt', `${file} is not JSON; put back the copy from a backup`, { cause: err })
  }
  const manifest = Manifest.safeParse(json)
  if (!manifest.success)
    throw new CoreError('Corrupt', `${file} is not a library's manifest: ${issuesSentence(manifest.error.issues)}`)
  if (manifest.data.version > MANIFEST_VERSION && !options.readOnly) {
    throw new CoreError(
      'VersionMismatch',
      `${path} was created by a newer version of Spacedrive; update Spacedrive, or open it read-only`,
    )
  }
  return manifest.data
}

export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  const file = libraryFiles(path).manifest
  await writeFileAtomically(file, `${JSON.stringify(manifest, null, 2)}\n`).catch((err: unknown) => {
    throw pathError(err, file)
  })
}
