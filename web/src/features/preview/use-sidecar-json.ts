import type { SidecarKind } from '@spacedrive/core/domain'
import { ClientError } from '@spacedrive/client'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { type PagedText, readPagedText, readTranscript, type Transcript } from './sidecar-texts.ts'
import { readyUrl, type ShownFile } from './use-file.ts'

/** A text may be some megabytes: it is not kept long once nobody reads it. */
const KEPT_MS = 60_000

/** The text of a document. */
export function useDocumentText(file: ShownFile): UseQueryResult<PagedText | null> {
  return usePagedText(file, 'text')
}

/** The text in a picture, with its words' places. */
export function useTextInPicture(file: ShownFile): UseQueryResult<PagedText | null> {
  return usePagedText(file, 'ocr')
}

/** The pages of a sidecar with the preview `pages`. */
export function usePagedText(file: ShownFile, kind: SidecarKind): UseQueryResult<PagedText | null> {
  return useSidecarJson(readyUrl(file, kind, 'json'), readPagedText)
}

/** The lines of a sidecar with the preview `lines`; by default, the words in a recording. */
export function useTranscript(file: ShownFile, kind: SidecarKind = 'transcript'): UseQueryResult<Transcript | null> {
  return useSidecarJson(readyUrl(file, kind, 'json'), readTranscript)
}

/** Null where there is no such sidecar, or it is none. */
function useSidecarJson<T>(url: string | null, read: (json: unknown) => T | null): UseQueryResult<T | null> {
  return useQuery({
    queryKey: ['sidecar', url],
    enabled: url !== null,
    gcTime: KEPT_MS,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url!, { signal })
      if (!answer.ok) throw await problemOf(answer)
      return read(await answer.json())
    },
  })
}

/** RFC 9457, as far as it is read. */
interface Problem {
  readonly code: ClientError['code']
  readonly detail: string
  readonly details: unknown
}

/** What an answer that is an error says. */
export async function problemOf(answer: Response): Promise<ClientError> {
  const problem = (await answer.json().catch(() => null)) as Partial<Problem> | null
  const detail = problem?.detail ?? `${answer.status} ${answer.statusText}`
  return new ClientError(problem?.code ?? 'Unavailable', detail, { details: problem?.details })
}
