import { z } from 'zod'
import { ContentId } from '../../domain/index.ts'

/** The kind of request whose answer is compared with what was asked for. */
export const CONTENT_KIND = 'content'
/** A file by its content. */
export const ContentSpec = z.object({ content: ContentId })

/** The content that a request is for; null where it is for something else. */
export function contentOf({ kind, spec }: { readonly kind: string; readonly spec: unknown }): ContentId | null {
  return kind === CONTENT_KIND ? ContentSpec.parse(spec).content : null
}
