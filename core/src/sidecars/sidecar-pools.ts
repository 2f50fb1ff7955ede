import { findPackageJSON } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SidecarSpeed } from '../domain/index.ts'
import { makeFolderBelow } from '../util/make-folder-below.ts'
import { bytesToName, joinName, nameKey, pathBelow, type RawName } from '../util/file-name.ts'
import { pathError } from '../util/path-error.ts'
import { ProcessPool, type ProcessPoolOptions, type ProcessRunOptions, type Reach } from '../workers/index.ts'
import type { PoolName } from './generators/index.ts'
import type { ChildRequest, MakeReply } from './sidecar-child.ts'

interface Limits {
  readonly processes: number
  readonly memoryMiB: number
  /** Programs that its processes may start. */
  readonly programs: readonly string[]
}

export interface DecoderFolders {
  /** The folders of the locations; within a library, the innermost first. */
  readonly locations: readonly RawName[]
  /** The folders where sidecars are written. */
  readonly sidecars: readonly string[]
  /** Folders that decoders must not see, even if they are inside a location. */
  readonly private: readonly string[]
}

const CORES = Math.max(1, availableParallelism())
/** A machine of two cores is kept busy by two; more than four want more memory than they save time. */
const PARALLEL = Math.min(4, CORES)
/** The limit even for the speed `fast`, because each process may use a gigabyte. */
const MOST = Math.min(16, CORES)

/** Programs that decode files. */
const DECODERS = ['ffmpeg', 'ffprobe', 'tesseract', 'heif-convert', 'exiftool']
/** Programs for models. The shell starts the process of a sherpa-onnx model. */
const LISTENERS = ['ffmpeg', 'ffprobe', 'whisper-cli', '/bin/sh']

const limits: Readonly<Record<PoolName, Limits>> = {
  image: { processes: PARALLEL, memoryMiB: 1_000, programs: DECODERS },
  av: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000, programs: DECODERS },
  doc: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000, programs: DECODERS },
  // A model fills the machine by itself.
  ml: { processes: 1, memoryMiB: 4_000, programs: LISTENERS },
}

export interface SidecarPoolsOptions {
  /** How fast to make sidecars; `normal` by default. */
  readonly speed?: () => SidecarSpeed
  /** Returns the current folders; none by default. */
  readonly folders?: () => DecoderFolders
  /** See `ProcessPoolOptions.layer`. */
  readonly layer?: ProcessPoolOptions['layer']
}

/** Variables with proxies and trusted certificates. */
const NETWORK = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
]

const NO_FOLDERS: DecoderFolders = { locations: [], sidecars: [], private: [] }

/** The processes that decode: a pool for each sort of native code, each started when it is first needed. */
export class SidecarPools implements AsyncDisposable {
  readonly #pools = new Map<PoolName, ProcessPool<ChildRequest, MakeReply>>()
  readonly #options: SidecarPoolsOptions
  #closed = false

  constructor(options: SidecarPoolsOptions = {}) {
    this.#options = options
  }

  /** How many contents of a pool are worked on at once. */
  parallel(name: PoolName): number {
    const { processes } = limits[name]
    switch (this.#options.speed?.() ?? 'normal') {
      case 'gentle':
        return 1
      case 'normal':
        return processes
      case 'fast':
        return name === 'ml' ? processes : MOST
    }
  }

  /** How many processes work now. */
  get working(): number {
    return [...this.#pools.values()].reduce((sum, { working }) => sum + working, 0)
  }

  /** See `ProcessPool.run`. */
  async run(name: PoolName, request: ChildRequest, options: Omit<ProcessRunOptions, 'reach'>): Promise<MakeReply> {
    const reach = this.#reachOf(request)
    // A boxed process can write only into folders that exist when it starts.
    for (const folder of reach.write)
      await makeFolderBelow(request.library, folder).catch((err: unknown) => {
        throw pathError(err, folder)
      })
    let pool = this.#pools.get(name)
    if (!pool) {
      const parallel = () => this.parallel(name)
      pool = new ProcessPool({
        name,
        entry: new URL('sidecar-child.ts', import.meta.url),
        memoryMiB: limits[name].memoryMiB,
        box: { programs: limits[name].programs },
        ...(this.#options.layer && { layer: this.#options.layer }),
        // Asked each time: the speed may be changed while it works.
        get processes() {
          return parallel()
        },
      })
      this.#pools.set(name, pool)
      if (this.#closed) void pool[Symbol.asyncDispose]()
    }
    return pool.run(request, { ...options, reach })
  }

  /**
   * The files that a request may access. For the source, that is its whole location, so that the process can be reused
   * for the next file. If the location contains private folders, it is the largest folder around the file without them,
   * or else only the file. A request may also access the folders of its sidecars, files and folders named in the
   * settings, and the generator. If the settings name a server, it may also access the network and the variable with
   * the server's key.
   */
  #reachOf({
    inputs,
    module,
    outputs,
    part,
    settings,
    source,
  }: ChildRequest): Reach & { readonly write: readonly string[] } {
    const folders = this.#options.folders?.() ?? NO_FOLDERS
    const { sidecars } = folders
    const within = (path: string) => sidecars.find((folder) => pathBelow(path, folder) !== null)
    const written = [part, ...outputs.flatMap(({ draft, path }) => [draft, path])]
    const read = [
      ...generatorFiles(module),
      ...(source ? [folderAround(source.path, folders)] : []),
      ...inputs.map(({ path }) => within(path) ?? path),
      ...textsIn(settings).filter((text) => isAbsolute(text)),
    ]
    const write = written.map((path) => within(path) ?? dirname(path))
    const network = textsIn(settings).some(isAddress)
    // The settings name the variable that holds a server's key.
    const variables = network
      ? [...NETWORK, ...textsIn(settings).filter((text) => process.env[text] !== undefined)]
      : []
    return { read: unique(read), write: [...new Set(write)], network, variables }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#pools.values()].map((pool) => pool[Symbol.asyncDispose]()))
  }
}

function folderAround(path: RawName, { locations, private: hidden }: DecoderFolders): RawName {
  let folder = locations.find((each) => pathBelow(path, each) !== null) ?? path
  while (hidden.some((each) => pathBelow(each, folder) !== null)) {
    const below = Buffer.from(pathBelow(path, folder)!)
    const slash = below.indexOf('/')
    if (slash < 0) return path
    folder = joinName(folder, bytesToName(new Uint8Array(below.subarray(0, slash))))
  }
  return folder
}

function unique(paths: readonly RawName[]): RawName[] {
  return [...new Map(paths.map((path) => [nameKey(path), path])).values()]
}

/** The folder of a generator, which may come from the host program, and the manifest that tells Node how to load it. */
function generatorFiles(module: string): string[] {
  return [dirname(fileURLToPath(module)), findPackageJSON(module) ?? []].flat()
}

/** All texts in the values of the settings. */
function textsIn(settings: unknown): string[] {
  if (typeof settings === 'string') return [settings]
  return typeof settings === 'object' && settings !== null ? Object.values(settings).flatMap(textsIn) : []
}

function isAddress(text: string): boolean {
  return /^https?:/i.test(text)
}
