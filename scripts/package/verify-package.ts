import type { KeyObject } from 'node:crypto'
import { packArchive, unpackArchive } from './archive.ts'
import { openSealed } from './envelope.ts'
import { PROVENANCE_FILE, SBOM_FILE } from './make-package.ts'
import { parseStatement, type Provenance, sha256 } from './provenance.ts'
import { makeSbom } from './sbom.ts'

export interface VerifiedPackage {
  readonly provenance: Provenance
  readonly files: number
  readonly components: number
}

/**
 * Checks that the holder of this key made the archive, and that no byte of it has changed since. Throws a sentence that
 * says what is wrong.
 */
export async function verifyPackage(archive: Uint8Array, publicKey: KeyObject): Promise<VerifiedPackage> {
  const { files, folder } = await unpackArchive(archive)
  const sealed = files.get(PROVENANCE_FILE)
  if (!sealed) throw new Error(`The package has no provenance: ${PROVENANCE_FILE} is missing.`)
  const provenance = parseStatement(openSealed(Buffer.from(sealed).toString(), publicKey))
  checkFiles(files, provenance)
  const components = checkSbom(files, provenance)
  // Times, permissions and the order are not in the statement: an archive of these files has no other bytes.
  const ordered = new Map([...provenance.digests.keys(), PROVENANCE_FILE].map((name) => [name, files.get(name)!]))
  const repacked = await packArchive({ folder, files: ordered, at: provenance.at })
  if (!repacked.equals(archive))
    throw new Error('The archive was changed outside its files: in their order, a time, a permission or its end.')
  if (folder !== `spacedrive-${provenance.version}`)
    throw new Error(`The folder in the archive is ${folder}. The provenance is of version ${provenance.version}.`)
  return { provenance, files: files.size, components }
}

function checkFiles(files: ReadonlyMap<string, Uint8Array>, { digests }: Provenance): void {
  for (const [name, digest] of digests) {
    const bytes = files.get(name)
    if (!bytes) throw new Error(`${name} is missing from the package.`)
    const own = sha256(bytes)
    if (own !== digest) throw new Error(`${name} was changed: its SHA-256 is ${own}. The provenance has ${digest}.`)
  }
  const extra = [...files.keys()].find((name) => name !== PROVENANCE_FILE && !digests.has(name))
  if (extra !== undefined) throw new Error(`${extra} was added: the provenance does not list it.`)
}

/** The bill of materials follows from the lockfile, so it is made once more. */
function checkSbom(files: ReadonlyMap<string, Uint8Array>, { at }: Provenance): number {
  const [sbom, lock] = [files.get(SBOM_FILE), files.get('package-lock.json')]
  if (!sbom || !lock) throw new Error(`The package has no ${sbom ? 'package-lock.json' : SBOM_FILE}.`)
  const text = Buffer.from(sbom).toString()
  if (text !== makeSbom({ lock: Buffer.from(lock).toString(), at }))
    throw new Error(`${SBOM_FILE} does not list the packages of package-lock.json.`)
  return (JSON.parse(text) as { components: unknown[] }).components.length
}
