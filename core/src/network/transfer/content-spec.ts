import { z } from 'zod'
import { ContentId } from '../../domain/index.ts'

/** The kind of request for a file by its content. The received file is compared with the content id. */
export const CONTENT_KIND = 'content'
/** A request for a file by its content. */
export const ContentSpec = z.object({ content: ContentId })

/** The requested content; null if the request is of another kind. */
export function contentOf({ kind, spec }: { readonly kind: string; readonly spec: unknown }): ContentId | null {
  return kind === CONTENT_KIND ? ContentSpec.parse(spec).content : null
}
