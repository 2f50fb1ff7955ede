import type { OutputOf } from '@spacedrive/client'
import type { Entry, Sidecar, SidecarKind } from '@spacedrive/core/domain'
import { useEffect, useEffectEvent } from 'react'
import {
  connection,
  downloadUrl,
  fileUrl,
  pathOf,
  remoteThumbUrl,
  sidecarUrl,
  useLibraryId,
  useOperation,
  useSidecarKinds,
} from '../../api/index.ts'
import { deviceOf } from '../../format/index.ts'

export type FileInfo = OutputOf<'files.info'>
export type Copy = FileInfo['copies'][number]

const VERSION_DIGITS = 8

/** All that is known of an entry, and where its bytes are to be had. */
export interface ShownFile {
  readonly entry: Entry
  /** Undefined until it is known. */
  readonly info: FileInfo | undefined
  readonly error: Error | null
  readonly refetch: () => void
  /** Id; null where there is no library. */
  readonly library: string | null
  /** Null: nowhere that can be reached now. */
  readonly url: string | null
  readonly downloadUrl: string | null
  /** The copy that stands in, where the file itself cannot be reached. */
  readonly standIn: Copy | undefined
  /** What was derived from the content; none until it is known. */
  readonly sidecars: readonly Sidecar[]
  /** Address of a sidecar; null where it has no content. */
  readonly sidecarUrl: (sidecar: Sidecar) => string | null
}

export function useFile(entry: Entry): ShownFile {
  const ownLibrary = useLibraryId()
  const kinds = useSidecarKinds()
  // Of another device neither entries nor sidecars are in the library here.
  const device = deviceOf(entry.path)
  const library = device === null ? ownLibrary : null
  const { data: info, error, refetch } = useOperation('files.info', { path: pathOf(entry) }, { retry: false })
  useSidecarNews(entry.contentId, () => void refetch())
  const standIn = info?.online === false ? info.copies.find((copy) => copy.online) : undefined
  const source = standIn ? { ...entry, id: null, path: standIn.path, pathBase64: '' } : entry
  const isHere = info?.online !== false || standIn !== undefined
  const contentId = info?.contentId ?? entry.contentId
  return {
    entry,
    info,
    error,
    refetch: () => void refetch(),
    library,
    url: isHere ? fileUrl(source, library) : null,
    downloadUrl: isHere ? downloadUrl(source, library) : null,
    standIn,
    sidecars: info?.sidecars ?? [],
    sidecarUrl({ checksum, format, kind, recipe, variant }) {
      const folder = kinds.find((known) => known.kind === kind)?.folder
      const version = checksum === null ? undefined : `${recipe}-${checksum.slice(0, VERSION_DIGITS)}`
      if (device !== null)
        return kind === 'thumb'
          ? remoteThumbUrl({ device, path: pathOf(entry), variant, version: version ?? '' })
          : null
      if (!library || !contentId || !folder) return null
      return sidecarUrl({ library, contentId, folder, file: `${variant}.${format}`, version })
    },
  }
}

/** The address of a sidecar that is ready, or of the part of a text that is there already; null where there is none. */
export function readyUrl(file: ShownFile, kind: SidecarKind, format?: string): string | null {
  const sidecar = file.sidecars.find(
    (each) => each.kind === kind && hasFile(each) && (format === undefined || each.format === format),
  )
  return sidecar ? file.sidecarUrl(sidecar) : null
}

/** Whether there is a file to read: of a text that is being read, its first pages. */
export function hasFile({ path, state }: Sidecar): boolean {
  return state === 'ready' || path !== null
}

/** Calls `onNews` when sidecars of a content have changed. */
function useSidecarNews(contentId: Entry['contentId'], onNews: () => void): void {
  const latest = useEffectEvent(onNews)
  useEffect(
    () =>
      connection.onEvent((heard) => {
        if (heard.type !== 'sidecars.changed' || contentId === null) return
        if (heard.data.more || heard.data.contentIds.includes(contentId)) latest()
      }),
    [contentId],
  )
}
