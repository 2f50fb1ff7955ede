import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ContentId, SidecarKind } from '../../domain/index.ts'
import { sidecarKindFacts } from '../../domain/sidecar-kinds.ts'
import { sidecarKinds } from '../../domain/stored-lists.ts'

const FORMAT = /^[a-z0-9]+$/

/** The four parts that identify a sidecar file. */
export interface SidecarKey {
  readonly contentId: ContentId
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
}

/** Names of variants and formats; they become file names. */
export const VARIANT = /^[a-z0-9][a-z0-9@._-]{0,63}$/i

/**
 * The path of a sidecar file in the library's `sidecars` folder, the same on every device: `content/{h0}/{h1}/{content
 * id}/{kind}/{variant}.{format}`, where h0 and h1 are the first two pairs of hex digits of the id.
 */
export function sidecarPath(root: string, { contentId, kind, variant, format }: SidecarKey): string {
  return join(contentFolder(root, contentId), sidecarKindFacts[kind].folder, `${variant}.${format}`)
}

export function contentFolder(root: string, contentId: ContentId): string {
  return join(root, 'content', contentId.slice(0, 2), contentId.slice(2, 4), contentId)
}

/** The usual name of a file in a kind's folder: `ocr/ocr.json` is another name for `ocr/default.json`. */
export function withoutAlias(folder: string, file: string): string {
  return file.startsWith(`${folder}.`) ? `default${file.slice(folder.length)}` : file
}

/** Parses a kind's folder and the name of a file in it; null if it is not the name of a sidecar. */
export function parseSidecarFile(folder: string, file: string): Pick<SidecarKey, 'kind' | 'variant' | 'format'> | null {
  const kind = sidecarKinds.find((each) => sidecarKindFacts[each].folder === folder)
  const dot = file.lastIndexOf('.')
  const [variant, format] = [file.slice(0, Math.max(0, dot)), file.slice(dot + 1)]
  return kind && VARIANT.test(variant) && FORMAT.test(format) ? { kind, variant, format } : null
}

/** Parses a path below the `sidecars` folder, its parts joined by `/`; null if it is not the path of a sidecar. */
export function parseSidecarPath(relative: string): SidecarKey | null {
  const found = /^content\/([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f-]{36})\/([a-z_]+)\/([^/]+)$/.exec(relative)
  if (!found) return null
  const [, h0, h1, contentId, folder, name] = found
  const file = parseSidecarFile(folder!, name!)
  return file && contentId!.startsWith(`${h0}${h1}`) ? { contentId: contentId as ContentId, ...file } : null
}

/**
 * The folder where files are written before they are renamed to their final path. All drafts are in one folder, so
 * that leftovers of a crash are found.
 */
export function draftsFolder(root: string): string {
  return join(root, 'drafts')
}

/** The folder in which each process that makes sidecars has a folder for its results. */
export function workFolder(root: string): string {
  return join(root, 'work')
}

/** The folder for partial results of long work that is to be resumed. */
export function partsFolder(root: string): string {
  return join(root, 'parts')
}

/** The path of the partial result of a content and kind. */
export function partPath(root: string, { contentId, kind }: Pick<SidecarKey, 'contentId' | 'kind'>): string {
  return join(partsFolder(root), `${contentId}-${kind}`)
}

/** Whether `partPath` creates names of this form. */
export function isPartName(name: string): boolean {
  const [, kind] = /^[0-9a-f-]{36}-([a-z-]+)$/.exec(name) ?? []
  return kind !== undefined && Object.hasOwn(sidecarKindFacts, kind)
}

/** The path of a new draft, with a random name. */
export function draftPath(root: string): string {
  return join(draftsFolder(root), randomUUID())
}
