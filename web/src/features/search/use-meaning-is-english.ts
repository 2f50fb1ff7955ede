import { useSidecarKinds } from '../../api/index.ts'

/** The variant of embeddings by the built-in model, which reads English alone. */
const BUILT_IN = 'universal-sentence-encoder-lite'

/** Whether meanings are those of the built-in model, so that texts in other languages are hardly found by them. */
export function useMeaningIsEnglish(): boolean {
  return useSidecarKinds().some(({ kind, variants }) => kind === 'embeddings' && variants.includes(BUILT_IN))
}
