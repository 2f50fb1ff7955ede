import type { ContentId, DeviceId, FileType, SidecarKind } from '../domain/index.ts'
import type { ProgressUpdate } from '../jobs/index.ts'
import type { ContentFindings, Engine } from './generators/index.ts'
import type { SidecarKey } from './paths.ts'

/** A device that has a sidecar, as far as this one knows. */
export interface Holder {
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly online: boolean
  /** Bytes; null where it is not known. */
  readonly size: number | null
}

/** One that another device has made, as it says. */
export interface RemoteSidecar extends SidecarKey {
  readonly size: number
  /** BLAKE3, 32 bytes. */
  readonly checksum: Uint8Array
  readonly engine: Engine
  readonly recipe: number
  /** What it has found out about the content. */
  readonly findings: ContentFindings
}

/** How a job fetches ahead. */
export interface FetchHost {
  readonly signal: AbortSignal
  progress(this: void, update: ProgressUpdate): void
}

/** Why nothing is fetched that nobody waits for. */
export interface FetchHold {
  /** One line. */
  readonly reason: string
  /** Whether it is over in a moment. */
  readonly isBrief: boolean
}

/** What has come of what was to be fetched ahead. */
export interface FetchReport {
  readonly fetched: number
  readonly missing: number
  /** One line why the rest waits; null where nothing does. */
  readonly held: string | null
}

/** What a content is told by, as another device knows it. */
export interface RemoteContent {
  /** The hash its id is made of. */
  readonly hash: Uint8Array
  /** 1: of samples, 2: of all. */
  readonly hashVersion: number
  readonly size: number
  readonly type: FileType
  readonly mime: string | null
}

/** Which of what others have made is as good as made here. */
export type Accepts = (sidecar: RemoteSidecar) => boolean

/** The sidecars of one library on other devices. */
export interface Elsewhere {
  /** Whether some device may have it, connected or not. Asks nobody. */
  holders(key: SidecarKey): readonly Holder[]
  /** The same of every variant and format. */
  holdersOf(contentId: SidecarKey['contentId'], kind: SidecarKind): readonly (Holder & { readonly variant: string })[]
  /** Whether it can be fetched now, as far as is known; false also for a kind this device is to make itself. */
  canFetch(key: SidecarKey): boolean
  /**
   * Fetches what there is of some; each lies in its place when it is returned. Never throws for want of a device: what
   * did not come is left out. `asks`: devices that have not said what they have are asked, too. Throws the signal's reason.
   */
  fetch(
    keys: readonly SidecarKey[],
    how: { readonly accepts: Accepts; readonly asks: boolean },
    signal: AbortSignal,
  ): Promise<RemoteSidecar[]>
  /** Resolves when what connected devices are just saying has been heard, and after a moment at the latest. */
  heard(signal: AbortSignal): Promise<void>
  /** What a content is that this device has no file of; null where nobody who is connected has a sidecar of it. */
  identify(contentId: ContentId, signal: AbortSignal): Promise<RemoteContent | null>
  /** The body of the job: see `fetchSidecars`. */
  fetchAhead(host: FetchHost): Promise<FetchReport>
}
