import { useEffect } from 'react'
import { useOperation } from './operations.ts'

/** Kept in this browser, for when the daemon is away or was started again. */
const KEPT = 'spacedrive.program'

/** The words that start the command line in the user's shell: `spacedrive`, or `npx spacedrive` in a checkout. */
export function useProgram(): string {
  const program = useOperation('explorer.program', {}).data?.program ?? null
  useEffect(() => {
    if (program !== null) localStorage.setItem(KEPT, program)
  }, [program])
  return program ?? localStorage.getItem(KEPT) ?? 'spacedrive'
}
