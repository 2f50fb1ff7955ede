import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ContentId, SidecarKind } from '../domain/index.ts'

/** Folder of each kind's files below the content's. */
export const kindFolders: Readonly<Record<SidecarKind, string>> = {
  thumb: 'thumbs',
  ocr: 'ocr',
  transcript: 'transcript',
  embeddings: 'embeddings',
  text: 'text',
  proxy: 'proxies',
  thumbstrip: 'thumbstrips',
  'live-photo-video': 'live',
  xmp: 'xmp',
}

const FORMAT = /^[a-z0-9]+$/

/** What names a sidecar's file. */
export interface SidecarKey {
  readonly contentId: ContentId
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
}

/** Names of variants and formats: they become names of files. */
export const VARIANT = /^[a-z0-9][a-z0-9@._-]{0,63}$/i

/**
 * Where a sidecar's file lies in the library's `sidecars` folder, the same on every device:
 * `content/{h0}/{h1}/{content id}/{kind}/{variant}.{format}`, where h0 and h1 are the first pairs of digits of the id
 * without its hyphens.
 */
export function sidecarPath(root: string, { contentId, kind, variant, format }: SidecarKey): string {
  return join(contentFolder(root, contentId), kindFolders[kind], `${variant}.${format}`)
}

export function contentFolder(root: string, contentId: ContentId): string {
  return join(root, 'content', contentId.slice(0, 2), contentId.slice(2, 4), contentId)
}

/** What is meant by a kind's folder and the name of a file in it; null where no sidecar is called so. */
export function parseSidecarFile(folder: string, file: string): Pick<SidecarKey, 'kind' | 'variant' | 'format'> | null {
  const kind = (Object.keys(kindFolders) as SidecarKind[]).find((each) => kindFolders[each] === folder)
  const dot = file.lastIndexOf('.')
  const [variant, format] = [file.slice(0, Math.max(0, dot)), file.slice(dot + 1)]
  return kind && VARIANT.test(variant) && FORMAT.test(format) ? { kind, variant, format } : null
}

/** The key of a path below the `sidecars` folder, its parts joined by `/`; null where it is none of a sidecar. */
export function parseSidecarPath(relative: string): SidecarKey | null {
  const found = /^content\/([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f-]{36})\/([a-z_]+)\/([^/]+)$/.exec(relative)
  if (!found) return null
  const [, h0, h1, contentId, folder, name] = found
  const file = parseSidecarFile(folder!, name!)
  return file && contentId!.startsWith(`${h0}${h1}`) ? { contentId: contentId as ContentId, ...file } : null
}

/** Where files are written before they are renamed to their place: one folder, so that what a crash leaves is found. */
export function draftsFolder(root: string): string {
  return join(root, 'drafts')
}

/** The folder in which each process that makes sidecars has a folder for its results. */
export function workFolder(root: string): string {
  return join(root, 'work')
}

/** Where what is half made is kept until it is gone on with. */
export function partsFolder(root: string): string {
  return join(root, 'parts')
}

/** What there is so far of a kind of a content. */
export function partPath(root: string, { contentId, kind }: Pick<SidecarKey, 'contentId' | 'kind'>): string {
  return join(partsFolder(root), `${contentId}-${kind}`)
}

/** Whether `partPath` gives files such a name. */
export function isPartName(name: string): boolean {
  const [, kind] = /^[0-9a-f-]{36}-([a-z-]+)$/.exec(name) ?? []
  return kind !== undefined && Object.hasOwn(kindFolders, kind)
}

/** A name that no other draft has. */
export function draftPath(root: string): string {
  return join(draftsFolder(root), randomUUID())
}
