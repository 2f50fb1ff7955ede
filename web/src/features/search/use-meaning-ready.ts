import { useOperation } from '../../api/index.ts'

/** Whether a model is set that searches by meaning: one of a server, or a local one. */
export function useMeaningReady(): boolean {
  const config = useOperation('config.get', {}).data ?? []
  const isSet = (key: string) => Boolean(config.find((each) => each.key === key)?.value)
  return isSet('embeddings.folder') || (isSet('embeddings.url') && isSet('embeddings.model'))
}
