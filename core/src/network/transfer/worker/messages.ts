import type { MessagePort } from 'node:worker_threads'
import type { ContentId } from '../../../domain/index.ts'
import type { ErrorCode } from '../../../util/errors.ts'
import type { PrivatePlaces } from '../../../util/private-files.ts'
import type { SessionKey } from '../../bulk/index.ts'
import type { Preserve } from '../transfer-rows.ts'
import type { FetchResult } from './fetch-item.ts'
import type { LeftOut, SourceItem } from './walk-source.ts'

/** The destination of the files of a fetch. */
export type Destination =
  /** Below this folder, under names that are free and safe there. */
  | { readonly folder: Uint8Array }
  /** One absolute path for each item. */
  | { readonly targets: readonly Uint8Array[]; readonly expected: readonly (Uint8Array | null)[] }

/** A file or folder that could not keep its name here. */
export interface Renamed {
  /** Names from the top folder down, as on the sending device. */
  readonly names: readonly Uint8Array[]
  readonly target: Uint8Array
}

/** The questions of the main thread to the transfer thread, by name, each with its answer. */
export interface TransferQuestions {
  /** Lists the files to send, and keeps the list under an id. */
  openSource: [
    {
      readonly source: string
      readonly roots: readonly { readonly path: Uint8Array; readonly name: Uint8Array }[]
      /** The private files to leave out; null if Spacedrive itself chose the files from its data folder. */
      readonly privatePlaces: PrivatePlaces | null
      /** The key of the device that asked for the files; null if a person here chose them. */
      readonly device: string | null
    },
    {
      readonly count: number
      readonly files: number
      readonly bytes: number
      readonly leftOut: readonly LeftOut[]
      readonly leftOutCount: number
    },
  ]
  /** Returns at most as many items as fit in one message, but at least one. */
  sourcePage: [{ readonly source: string; readonly from: number; readonly count: number }, readonly SourceItem[]]
  closeSource: [{ readonly source: string }, null]
  /** Waits for the receiving side to connect. The answer is the TCP port. */
  serve: [
    {
      readonly channel: string
      readonly source: string
      readonly own: SessionKey
      readonly peerKey: string
      readonly port: number
    },
    { readonly port: number },
  ]
  /** Serves over a message port instead of a connection. */
  servePort: [{ readonly channel: string; readonly port: MessagePort }, null]
  /**
   * Connects to the receiving side, which connects to this side at the same time. The answer comes at once, before the
   * connection.
   */
  meet: [{ readonly channel: string; readonly addresses: readonly string[]; readonly from: number }, null]
  closeServing: [{ readonly channel: string }, null]
  /** Plans a fetch or continues one; `folder` stores the plan. */
  openFetch: [
    {
      readonly fetch: string
      readonly folder: string
      readonly items: readonly SourceItem[]
      readonly destination: Destination
      /** The content that the only file must have before it gets its name. */
      readonly content: ContentId | null
      readonly preserve: Preserve
      /** The origin that is written to the attributes of each file; null if none is written. */
      readonly origin: string | null
    },
    {
      readonly files: number
      readonly bytes: number
      readonly totalFiles: number
      readonly totalBytes: number
      readonly tops: readonly Uint8Array[]
      /** The first files and folders whose names had to be changed. */
      readonly renamed: readonly Renamed[]
      readonly renamedCount: number
    },
  ]
  /** Connects to one of the addresses, and fetches from there until everything is done or the connection ends. */
  fetch: [
    FetchChannel & {
      readonly own: SessionKey
      readonly peerKey: string
      readonly addresses: readonly string[]
      /** The local port to connect from, if both sides connect at the same time; null if the other side listens. */
      readonly from: number | null
    },
    null,
  ]
  /** Reports that an expected source will not connect. */
  sourceGone: [{ readonly fetch: string; readonly name: string }, null]
  fetchPort: [FetchChannel & { readonly port: MessagePort }, null]
  /** Ends the channels of a fetch and keeps the received data; the answer describes that data. */
  closeFetch: [{ readonly fetch: string }, FetchResult]
  /** Removes the unfinished files and the records of a fetch that will not continue. */
  discardFetch: [{ readonly folder: string }, null]
  /** Limits sent bytes per second; null: no limit. */
  limit: [{ readonly bytesPerSecond: number | null }, null]
}

export interface FetchChannel {
  readonly fetch: string
  readonly channel: string
  /** The name of the device. */
  readonly name: string
  /** The items of that device; their numbers may differ from those of the fetch. */
  readonly items: readonly SourceItem[]
  /** Number of sources that must agree about the chunks of a single file; 0 if there is only one. */
  readonly compare: number
}

export type TransferVerb = keyof TransferQuestions
export type Asked<V extends TransferVerb> = TransferQuestions[V][0]
export type Answered<V extends TransferVerb> = TransferQuestions[V][1]

export interface TransferRequest<V extends TransferVerb = TransferVerb> {
  readonly verb: V
  readonly asked: Asked<V>
}

/** Messages that the thread sends on its own. */
export type TransferNews =
  | { readonly news: 'progress'; readonly fetch: string; readonly files: number; readonly bytes: number }
  | { readonly news: 'channel-ended'; readonly fetch: string; readonly channel: string }
  | {
      readonly news: 'fetch-ended'
      readonly fetch: string
      readonly error: { readonly code: ErrorCode; readonly message: string } | null
    }
  | { readonly news: 'sent'; readonly channel: string; readonly bytes: number }
  | { readonly news: 'serving-ended'; readonly channel: string }
