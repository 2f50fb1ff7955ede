import { randomUUID } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EngineJob } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { makeFolders } from '../../util/make-folders.ts'
import { pathError } from '../../util/path-error.ts'
import { removeTree } from '../../util/remove-tree.ts'
import { download, findPackageFile, type PackageVersion, registryOf } from './npm-registry.ts'
import { readTarMembers } from '../tar-members.ts'

/** A runtime for models: packages that are too large to come with this program. */
export interface Runtime {
  readonly job: EngineJob
  /** The name in `engine list`. */
  readonly name: string
  /** The setting that names the folder in which it is installed. */
  readonly setting: string
  readonly packages: readonly PackageVersion[]
  /** Whether this system needs a file of a package. */
  needs(path: string): boolean
}

const { arch } = process
const platform = process.platform === 'win32' ? 'win' : process.platform

export const runtimes: readonly Runtime[] = [
  {
    job: 'transcripts',
    name: 'sherpa-onnx',
    setting: 'transcript.runtime',
    packages: [
      { name: 'sherpa-onnx-node', version: '1.13.8' },
      { name: `sherpa-onnx-${platform}-${arch}`, version: '1.13.8' },
    ],
    needs: () => true,
  },
  {
    job: 'embeddings',
    name: 'onnxruntime-node',
    setting: 'embeddings.runtime',
    packages: [
      { name: 'onnxruntime-node', version: '1.30.0' },
      { name: 'onnxruntime-common', version: '1.30.0' },
    ],
    // The package contains the programs of all systems.
    needs: (path) => !path.includes('/bin/') || path.includes(`/${process.platform}/${arch}/`),
  },
]

/**
 * Installs the packages of a runtime below a folder, as npm would, but without running any of their scripts. See
 * `findPackageFile` and `download` for the errors. A failure leaves nothing behind.
 */
export async function installRuntime(folder: string, runtime: Runtime, signal: AbortSignal): Promise<void> {
  const draft = `${folder}.${randomUUID()}`
  try {
    makeFolders(dirname(folder))
    for (const each of runtime.packages) await unpackPackage(draft, each, runtime, signal)
    await removeTree(folder)
    await rename(draft, folder)
  } catch (err) {
    throw err instanceof CoreError ? err : pathError(err, folder)
  } finally {
    await removeTree(draft)
  }
}

async function unpackPackage(
  folder: string,
  of: PackageVersion,
  { needs }: Runtime,
  signal: AbortSignal,
): Promise<void> {
  const file = await findPackageFile(await registryOf(''), of, signal)
  for await (const { data, path } of readTarMembers(download(file, signal))) {
    // The first part is `package` for all files of a package.
    const parts = path.split('/').slice(1)
    if (parts.length === 0 || parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new CoreError('Corrupt', `the package ${of.name} has a file with the path ${path}`)
    }
    if (!needs(path)) continue
    const target = join(folder, 'node_modules', of.name, ...parts)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await using written = await open(target, 'wx', 0o600)
    for await (const part of data) await written.writeFile(part)
  }
}
