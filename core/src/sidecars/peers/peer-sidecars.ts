import type { ContentId, DeviceId, FileType, SidecarKind } from '../../domain/index.ts'
import type { ProgressUpdate } from '../../jobs/index.ts'
import type { ContentFindings, Engine } from '../generators/index.ts'
import type { SidecarKey } from '../files/paths.ts'

/** Another device that has a sidecar, according to its last digest. */
export interface Holder {
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly online: boolean
  /** Size in bytes; null if it is not known. */
  readonly size: number | null
}

/** A sidecar that another device has made, as that device describes it. */
export interface RemoteSidecar extends SidecarKey {
  readonly size: number
  /** BLAKE3, 32 bytes. */
  readonly checksum: Uint8Array
  readonly engine: Engine
  readonly recipe: number
  /** Facts about the content that were found while the sidecar was made. */
  readonly findings: ContentFindings
}

/** The job that fetches sidecars in advance. */
export interface FetchHost {
  readonly signal: AbortSignal
  progress(this: void, update: ProgressUpdate): void
}

/** A reason why no sidecars are fetched in advance at the moment. */
export interface FetchHold {
  /** One line of text. */
  readonly reason: string
  /** Whether the reason usually ends within seconds. */
  readonly isBrief: boolean
}

/** The result of fetching sidecars in advance. */
export interface FetchReport {
  readonly fetched: number
  readonly missing: number
  /** One line: why the remaining sidecars were held back; null if none remain. */
  readonly held: string | null
}

/** The identity of a content, as another device knows it. */
export interface RemoteContent {
  /** The hash from which the content's id is derived. */
  readonly hash: Uint8Array
  /** 1: a hash of samples; 2: a hash of the whole file. */
  readonly hashVersion: number
  readonly size: number
  readonly type: FileType
  readonly mime: string | null
}

/** Returns true if a sidecar from another device is as good as one made here. */
export type Accepts = (sidecar: RemoteSidecar) => boolean

/** The sidecars of one library on other devices. */
export interface PeerSidecars {
  /** The devices that may have the sidecar, connected or not. Answers from stored digests, without asking a device. */
  holders(key: SidecarKey): readonly Holder[]
  /** Like `holders`, for every variant and format. */
  holdersOf(contentId: SidecarKey['contentId'], kind: SidecarKind): readonly (Holder & { readonly variant: string })[]
  /**
   * Whether a connected device has the sidecar, according to its digest. Also false for a kind that the settings
   * reserve for this device to make.
   */
  canFetch(key: SidecarKey): boolean
  /**
   * Fetches sidecars. Returns those that have arrived; their files are at their final paths. A missing device is not
   * an error. `asks`: also asks connected devices whose digest does not list the sidecar. Throws the signal's reason.
   */
  fetch(
    keys: readonly SidecarKey[],
    how: { readonly accepts: Accepts; readonly asks: boolean },
    signal: AbortSignal,
  ): Promise<RemoteSidecar[]>
  /**
   * Resolves when the digests that are arriving from connected devices have been read, and after a short timeout at the
   * latest.
   */
  heard(signal: AbortSignal): Promise<void>
  /** Asks connected devices about a content that has no file on this device; null if none of them knows it. */
  identify(contentId: ContentId, signal: AbortSignal): Promise<RemoteContent | null>
  /** The body of the job `fetchSidecars`. */
  fetchAhead(host: FetchHost): Promise<FetchReport>
}
