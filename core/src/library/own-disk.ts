import type { Archives } from '../files/index.ts'
import { DiskSource, type DiskSourceDeps, type DiskView, type FileSource, type StartPlace } from '../sources/index.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import type { VolumeManager } from '../volume/index.ts'
import { LibraryContents } from './library-contents.ts'
import { LibraryView } from './library-view.ts'
import type { LibraryManager } from './library-manager.ts'
import type { Library } from './library.ts'

export interface OwnDiskDeps extends Pick<DiskSourceDeps, 'device' | 'guard'> {
  readonly libraries: Pick<LibraryManager, 'currentInfo' | 'opened' | 'resolve'>
  readonly volumes: Pick<VolumeManager, 'list' | 'look'>
  readonly archives: Pick<Archives, 'list'>
  readonly documents: Pick<DiskView, 'document'>
  /** The disk as seen without an index. */
  readonly plain: DiskView
  /** Suggested folders of this machine. */
  readonly places: () => Promise<readonly StartPlace[]>
}

/** This device's disk, seen with the indexes of its libraries. */
export class OwnDisk {
  readonly contents: LibraryContents
  /** The disk as paired devices see it. Each path is looked up in the library with a location around it. */
  readonly served: FileSource
  readonly #deps: OwnDiskDeps
  readonly #plain: FileSource
  readonly #views = new WeakMap<Library, LibraryView>()
  readonly #sources = new WeakMap<Library, FileSource>()

  constructor(deps: OwnDiskDeps) {
    const { libraries, volumes } = deps
    this.#deps = deps
    this.contents = new LibraryContents({ opened: () => libraries.opened(), look: volumes.look.bind(volumes) })
    this.served = this.#source((path) => this.#viewOf(this.#libraryAround(path)), null)
    this.#plain = this.#source(() => deps.plain, null)
  }

  /** The disk as seen with the index of a library; if that is null, without an index. */
  seenBy(library: Library | null): FileSource {
    if (!library) return this.#plain
    const source = this.#sources.get(library) ?? this.#source(() => this.#viewOf(library), library)
    this.#sources.set(library, source)
    return source
  }

  #source(view: (path: RawName) => DiskView, library: Library | null): FileSource {
    const { device, guard, libraries, volumes } = this.#deps
    return new DiskSource({
      device,
      view,
      contents: this.contents,
      look: volumes.look.bind(volumes),
      guard,
      sidecarPath: (address, signal) => (library ?? libraries.resolve()).sidecars.requests.pathAt(address, signal),
      places: () => this.#places(),
      locations: () => libraries.opened().flatMap(({ locations: { map } }) => map.all().map(({ path }) => path)),
    })
  }

  #viewOf(library: Library | null): DiskView {
    if (!library) return this.#deps.plain
    const { archives, documents } = this.#deps
    const view = this.#views.get(library) ?? new LibraryView({ library, archives, documents })
    this.#views.set(library, view)
    return view
  }

  /**
   * The library with a location around the path; otherwise the current library, or any open library. Null if none is
   * open.
   */
  #libraryAround(path: RawName): Library | null {
    const { libraries } = this.#deps
    const opened = libraries.opened()
    const around = opened.find((library) => library.locations.map.locate(path) !== null)
    const current = libraries.currentInfo()
    return around ?? opened.find(({ id }) => id === current?.id) ?? opened[0] ?? null
  }

  async #places(): Promise<StartPlace[]> {
    const { libraries, places, volumes } = this.#deps
    const known = await places()
    const locations = libraries.opened().flatMap((library) => library.locations.map.all())
    const shown = [
      ...locations.map(({ name, path }) => ({ kind: 'location', path: displayName(path), name })),
      ...known.map(({ kind, name, path }) => ({ kind, name, path })),
      ...volumes
        .list()
        .filter(({ online }) => online)
        .map(({ mountPoint, name }) => ({ kind: 'volume', path: mountPoint, name })),
    ]
    // Each path is listed once, with its first name.
    return [...new Map(shown.toReversed().map((place) => [place.path, place])).values()].toReversed()
  }
}
