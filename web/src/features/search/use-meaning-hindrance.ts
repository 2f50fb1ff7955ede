import { useOperation } from '../../api/index.ts'

/** Why nothing can be searched by meaning here, and what would help; null where it can. */
export function useMeaningHindrance(): string | null {
  const { off } = useOperation('sidecars.hindrances', {}).data ?? { off: [] }
  return off.find(({ kind }) => kind === 'embeddings')?.reason ?? null
}
