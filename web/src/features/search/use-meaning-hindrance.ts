import type { OutputOf } from '@spacedrive/client'
import { useOperation } from '../../api/index.ts'

/** Why nothing can be searched by meaning here, and what would help; null where it can. */
export function useMeaningHindrance(): OutputOf<'sidecars.hindrances'>['off'][number] | null {
  const { off } = useOperation('sidecars.hindrances', {}).data ?? { off: [] }
  return off.find(({ kind }) => kind === 'embeddings') ?? null
}
