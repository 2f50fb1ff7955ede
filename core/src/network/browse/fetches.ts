import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transfer } from '../../domain/index.ts'
import { type FetchRequest, type FileReader, type FileRef, type Sources, userDisk } from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName } from '../../util/file-name.ts'
import { unreachableError } from '../../util/path-error.ts'
import type { PrivateFiles } from '../../util/private-files.ts'
import { uuidv7 } from '../../util/uuid.ts'
import type { Transfers } from '../transfer/transfers.ts'

export interface FetchesDeps<Library> {
  readonly sources: Sources<Library>
  readonly transfers: Pick<Transfers, 'fetch' | 'start'>
  readonly privateFiles: Pick<PrivateFiles, 'refuse'>
  readonly dataDir: string
  /** The folder for received files if the user named none. */
  readonly receiveFolder: () => string
  readonly now: () => number
}

/** How long fetched files are kept after they were opened. Their applications have read them by then. */
const OPENED_MS = 86_400_000

/** Copies files of other sources to this device's disk. */
export class Fetches<Library> {
  readonly #deps: FetchesDeps<Library>

  constructor(deps: FetchesDeps<Library>) {
    this.#deps = deps
  }

  /**
   * Starts the transfers of some files: one for the paths of each device, and one for each content, from all its
   * holders. See `files.fetch`.
   */
  async fetch(
    { addresses, preserve, to }: { addresses: readonly string[]; to?: string | undefined; preserve: boolean },
    signal: AbortSignal,
  ): Promise<Transfer[]> {
    const { privateFiles, receiveFolder, sources, transfers } = this.#deps
    const folder = to === undefined ? receiveFolder() : await this.#folderHere(to, signal)
    const bySource = new Map<string, { source: FileReader; refs: FileRef[] }>()
    for (const address of addresses) {
      const { ref, source } = sources.resolve(address, null)
      const same = bySource.get(source.key) ?? { source, refs: [] }
      bySource.set(source.key, { source, refs: [...same.refs, ref] })
    }
    const requests: FetchRequest[] = []
    for (const { refs, source } of bySource.values()) requests.push(...(await source.fetches(refs, signal)))
    await userDisk.makeFolder(folder).catch((err: unknown) => {
      throw unreachableError(err, folder)
    })
    if (to !== undefined) await privateFiles.refuse(await realpath(folder))
    return requests.map((request) => transfers.start({ ...request, folder, preserve: preserve ? 'all' : 'nothing' }))
  }

  /**
   * The path of a file on this device's disk, for a program that opens it. A file of another device is fetched first.
   */
  async toOpen(address: string, library: Library, signal: AbortSignal): Promise<string> {
    const { ref, source } = this.#deps.sources.resolve(address, library)
    const path = await source.localPath(ref, signal)
    if (path !== null) return path
    const [request] = await source.fetches([ref], signal)
    return this.#fetchToOpen(request!, signal)
  }

  async #fetchToOpen({ devices, kind, spec }: FetchRequest, signal: AbortSignal): Promise<string> {
    const { dataDir, now, transfers } = this.#deps
    const all = join(dataDir, 'opened')
    await forgetOld(all, now())
    const folder = join(all, uuidv7(now()))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    let target = ''
    const { complete, failures } = await transfers.fetch(
      {
        devices,
        kind,
        spec,
        isForPrograms: true,
        folder: join(folder, 'parts'),
        place: (items) => {
          const [item] = items
          if (items.length !== 1 || item?.kind !== 'file')
            throw new CoreError(
              'Unsupported',
              'only a file of another device can be opened; `file list` shows a folder',
            )
          target = join(folder, safeName(displayName(item.names.at(-1)!)))
          return { targets: [Buffer.from(target)], expected: [null] }
        },
      },
      signal,
    )
    const [failure] = failures
    if (failure) throw new CoreError(failure.code, failure.message)
    if (!complete)
      throw new CoreError('Unavailable', 'the connection was lost before all of the file was here; try again')
    return target
  }

  async #folderHere(address: string, signal: AbortSignal): Promise<string> {
    const { path, source } = this.#deps.sources.folder(address, null)
    const folder = await source.localPath({ path }, signal)
    if (folder !== null) return folder
    throw new CoreError('InvalidInput', `${address} is not on this device; choose a target folder on this device`)
  }
}

/** A safe file name from a name of another device, for a folder with no other files. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|\uFFFD]/gu, '_').slice(-MAX_SAFE_NAME)
  return /^\.*$/.test(safe) ? 'file' : safe.replace(/^\./, '_')
}

const MAX_SAFE_NAME = 60

async function forgetOld(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const { mtimeMs } = await stat(join(folder, name))
    if (now - mtimeMs > OPENED_MS) await rm(join(folder, name), { recursive: true, force: true })
  }
}
