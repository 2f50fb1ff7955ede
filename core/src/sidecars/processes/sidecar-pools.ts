import { rename } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { availableParallelism } from 'node:os'
import { basename, dirname, isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SidecarSpeed } from '../../domain/index.ts'
import { CoreError, type ErrorCode, systemCode } from '../../util/errors.ts'
import { baseOf, displayName, nameKey, type RawName } from '../../util/file-name.ts'
import { heard } from '../../util/heard.ts'
import { makeFolderBelow } from '../../util/make-folder-below.ts'
import { pathError } from '../../util/path-error.ts'
import {
  boxState,
  type LentFile,
  ProcessPool,
  type ProcessPoolOptions,
  type ProcessRunOptions,
  type Reach,
} from '../../workers/index.ts'
import type { ContentFacts, Output, PoolName, SidecarInput } from '../generators/index.ts'
import { parseMakeReply } from './make-reply.ts'
import type { ChildRequest, MakeReply } from './sidecar-child.ts'
import { type Source, type Staged, Staging } from './staging.ts'

interface Limits {
  readonly processes: number
  readonly memoryMiB: number
  /** Programs that its processes may start. */
  readonly programs: readonly string[]
  /** See `ProcessPoolOptions.box`. */
  readonly excuses?: readonly ErrorCode[]
  /** Whether its generators keep partial results (`MakeRequest.part`). */
  readonly keepsParts?: boolean
}

/** A request for all outputs of one content. */
export interface SidecarRequest {
  /** Address of the generator's module. */
  readonly module: string
  /** Null for a generator that reads other sidecars instead. */
  readonly source: Source | null
  readonly content: ContentFacts
  readonly names: readonly string[]
  readonly inputs: readonly SidecarInput[]
  readonly settings: unknown
  /** Each output is written to another folder, checked, moved to its draft, and finally to its path. */
  readonly outputs: readonly (Output & { readonly draft: string; readonly path: string })[]
  /** The library's folder. It must exist. */
  readonly library: string
  /** The folder in which processes get their folders for results; on the disk of the drafts. */
  readonly work: string
  /** See `MakeRequest`. */
  readonly part: string
}

const CORES = Math.max(1, availableParallelism())
/**
 * Processes at once at normal speed. Two keep a machine with two cores busy. More than four need a lot of memory and
 * save little time.
 */
const PARALLEL = Math.min(4, CORES)
/** The limit even for the speed `fast`, because each process may use a gigabyte. */
const MOST = Math.min(16, CORES)

/** Programs that decode raw photos. */
const PHOTO_PROGRAMS = ['exiftool']
/** Programs that decode films, sound, and photos in the format of films. */
const FILM_PROGRAMS = ['ffmpeg', 'ffprobe', 'heif-convert']
/** Programs that decode PostScript. */
const PRINT_PROGRAMS = ['gs']
/** Programs for text recognition, which also decodes photos of every format. */
const TEXT_PROGRAMS = [...PHOTO_PROGRAMS, ...FILM_PROGRAMS, ...PRINT_PROGRAMS, 'tesseract']
/** Programs for models. `/bin/sh` is needed to start the process of a sherpa-onnx model. */
const LISTENERS = ['ffmpeg', 'ffprobe', 'whisper-cli', '/bin/sh']

const limits: Readonly<Record<PoolName, Limits>> = {
  image: { processes: PARALLEL, memoryMiB: 1_000, programs: PHOTO_PROGRAMS },
  av: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000, programs: FILM_PROGRAMS },
  doc: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000, programs: TEXT_PROGRAMS, keepsParts: true },
  // One model uses the whole machine. Its server or its files may be missing, which does not count as a failure of the
  // process.
  ml: { processes: 1, memoryMiB: 4_000, programs: LISTENERS, excuses: ['Offline'], keepsParts: true },
}

export interface SidecarPoolsOptions {
  /** How fast to make sidecars; `normal` by default. */
  readonly speed?: () => SidecarSpeed
  /** The folder for temporary files and for copies of files. It is created if it is missing. */
  readonly temporary: string
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

/** The processes that decode files: one pool for each sort of native code. Each pool starts on first use. */
export class SidecarPools implements AsyncDisposable {
  readonly #pools = new Map<PoolName, ProcessPool<ChildRequest, MakeReply>>()
  readonly #options: SidecarPoolsOptions
  readonly #staging: Staging
  #closed = false

  constructor(options: SidecarPoolsOptions) {
    this.#options = options
    this.#staging = new Staging(options.temporary)
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

  /** Finds the layer that confines the processes before the first one is needed, because that starts a process. */
  prepare(): void {
    void heard((this.#options.layer ?? boxState)())
  }

  /** How many processes work now. */
  get working(): number {
    return [...this.#pools.values()].reduce((sum, { working }) => sum + working, 0)
  }

  /** Whether the folder belongs to a process that is running or starting. */
  hasResults(folder: string): boolean {
    return [...this.#pools.values()].some((pool) => pool.hasResults(folder))
  }

  /**
   * Makes the outputs of a content in a process that can access only the files of this request. If the file changed
   * meanwhile, throws `Conflict`; see also `ProcessPool.run`.
   */
  async run(name: PoolName, request: SidecarRequest, options: RunOptions): Promise<MakeReply> {
    const { inputs, library, outputs, part, source, work } = request
    const { keepsParts = false } = limits[name]
    const pool = this.#pool(name)
    const drafts = outputs.flatMap(({ draft, path }) => [dirname(draft), dirname(path)])
    await makeFolders(library, [work, ...drafts, ...(keepsParts ? [dirname(part)] : [])])
    const copies = await pool.isBoxed()
    await using staged = this.#staging.stage({
      ...options,
      source,
      inputs: inputs.map(({ path }) => path),
      copies,
    })
    const lent = lentFiles(request, staged, keepsParts)
    let reply: MakeReply
    try {
      reply = await pool.run(childRequest(request, staged), {
        ...options,
        files: lent,
        ready: staged.ready,
        // A large file that is not copied stays accessible to the process, so the process must not serve another
        // request afterwards.
        alone: copies && source !== null && staged.source === null,
        reach: reachOf(request, staged),
      })
    } catch (err) {
      // If the file changed while it was read, the result says nothing about the content.
      if (!isCancelled(err)) await staged.ready.then(() => staged.assertUnchanged())
      throw err
    }
    await staged.assertUnchanged()
    for (const { draft, path } of outputs) await place(draft, path)
    return reply
  }

  #pool(name: PoolName): ProcessPool<ChildRequest, MakeReply> {
    const known = this.#pools.get(name)
    if (known) return known
    const parallel = () => this.parallel(name)
    const { layer, temporary } = this.#options
    const { excuses, memoryMiB, programs } = limits[name]
    const pool = new ProcessPool<ChildRequest, MakeReply>({
      name,
      entry: new URL('sidecar-child.ts', import.meta.url),
      memoryMiB,
      box: { programs, temporary, parse: parseMakeReply, ...(excuses && { excuses }) },
      ...(layer && { layer }),
      // A getter, because the speed may change while the pool works.
      get processes() {
        return parallel()
      },
    })
    this.#pools.set(name, pool)
    if (this.#closed) void pool[Symbol.asyncDispose]()
    return pool
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await Promise.all([this.#staging, ...this.#pools.values()].map((part) => part[Symbol.asyncDispose]()))
  }
}

type RunOptions = Omit<ProcessRunOptions, 'alone' | 'files' | 'reach'>

/**
 * The files that a request may access besides its own: files and folders named in the settings, and the generator. If
 * the settings name a server, it may also access the network and the variable with the server's key.
 */
function reachOf({ module, settings, source, work }: SidecarRequest, staged: Staged): Reach {
  const read = [
    ...generatorFiles(module),
    ...(source && staged.source === null ? [source.path] : []),
    ...textsIn(settings).filter((text) => isAbsolute(text)),
  ]
  const network = textsIn(settings).some(isAddress)
  // The settings contain the name of the variable that contains the server's key.
  const variables = network ? [...NETWORK, ...textsIn(settings).filter((text) => process.env[text] !== undefined)] : []
  return { read: unique(read), results: work, network, variables }
}

/** The files of a request that are moved to the folders of its process, and back. */
function lentFiles({ outputs, part, source }: SidecarRequest, staged: Staged, keepsParts: boolean): LentFile[] {
  return [
    ...staged.inputs.map((path) => ({ path, name: basename(path), use: 'read' as const })),
    ...(source && staged.source !== null
      ? [{ path: staged.source, name: baseOf(source.path), use: 'read' as const }]
      : []),
    ...(keepsParts ? [{ path: part, name: basename(part), use: 'continue' as const }] : []),
    ...outputs.map(({ draft }) => ({ path: draft, name: basename(draft), use: 'make' as const })),
  ]
}

function childRequest(request: SidecarRequest, staged: Staged): ChildRequest {
  const { content, inputs, module, names, outputs, part, settings, source } = request
  return {
    module,
    content,
    names,
    settings,
    part: basename(part),
    source: source && (staged.source === null ? { path: source.path } : { name: baseOf(source.path) }),
    shown: source && displayName(source.path),
    inputs: inputs.map(({ format, kind, path, variant }, i) => {
      const copy = staged.inputs[i]
      return { format, kind, variant, ...(copy === undefined ? { path } : { name: basename(copy) }) }
    }),
    outputs: outputs.map(({ draft, format, variant }) => ({ variant, format, name: basename(draft) })),
  }
}

/** Creates missing folders below the library. */
async function makeFolders(library: string, folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders))
    await makeFolderBelow(library, folder).catch((err: unknown) => {
      throw pathError(err, folder)
    })
}

async function place(draft: string, path: string): Promise<void> {
  await rename(draft, path).catch((err: unknown) => {
    // A process that an attacker controls may leave no file, or something else that was then removed.
    if (systemCode(err) === 'ENOENT') throw new CoreError('Corrupt', 'its decoder wrote no result', { cause: err })
    throw pathError(err, path)
  })
}

function isCancelled(err: unknown): boolean {
  return err instanceof CoreError && err.code === 'Cancelled'
}

function unique(paths: readonly RawName[]): RawName[] {
  return [...new Map(paths.map((path) => [nameKey(path), path])).values()]
}

/**
 * The folder of a generator, which may belong to the host program, and the `package.json` that tells Node how to load
 * it.
 */
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
