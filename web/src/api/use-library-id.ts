import { useOperation } from './operations.ts'

/** Id of the library that is shown, for the addresses of its files; null while that is not known, or there is none. */
export function useLibraryId(): string | null {
  return useOperation('libraries.current', {}).data?.id ?? null
}
