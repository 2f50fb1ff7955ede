import type { Entry } from '@spacedrive/core/domain'

/** The path of an entry as operations take it, also where its bytes are no UTF-8. */
export function pathOf({ path, pathBase64 }: Pick<Entry, 'path' | 'pathBase64'>): string {
  return pathBase64 ? `base64:${pathBase64}` : path
}

/** Address of a file's bytes. By its entry where it is indexed, so that it stays the same when it moves; else by its path. */
export function fileUrl(entry: Pick<Entry, 'id' | 'path' | 'pathBase64' | 'name'>, library: string | null): string {
  const name = encodeURIComponent(entry.name)
  if (entry.id && library) return `/media/entry/${library}/${entry.id}/${name}`
  return `/media/file/${name}?path=${encodeURIComponent(pathOf(entry))}`
}

export function downloadUrl(entry: Pick<Entry, 'id' | 'path' | 'pathBase64' | 'name'>, library: string | null): string {
  const url = fileUrl(entry, library)
  return `${url}${url.includes('?') ? '&' : '?'}download=1`
}

export interface SidecarAddress {
  readonly library: string
  readonly contentId: string
  /** The folder of the kind: `thumbs`, `ocr` … */
  readonly folder: string
  /** `grid@2x.webp`. */
  readonly file: string
  /** What makes the address immutable; without it the answer is asked for every time. */
  readonly version?: string | undefined
}

export function sidecarUrl({ contentId, file, folder, library, version }: SidecarAddress): string {
  const query = version ? `?v=${encodeURIComponent(version)}` : ''
  return `/media/sidecar/${library}/${contentId}/${folder}/${encodeURIComponent(file)}${query}`
}

/** Address of a thumbnail that another device has of a file of its own; `path` begins with that device. */
export function remoteThumbUrl(of: { device: string; path: string; variant: string; version: string }): string {
  const query = new URLSearchParams({ path: of.path, variant: of.variant, ...(of.version && { v: of.version }) })
  return `/media/remote/${encodeURIComponent(of.device)}/thumb?${query.toString()}`
}
