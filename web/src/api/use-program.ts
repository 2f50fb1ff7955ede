import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useConnection, useOperation } from './operations.ts'

/** Kept in this browser, for when the daemon is away or was started again. */
const KEPT = 'spacedrive.program'

/** The words that start the command line in the user's shell: `spacedrive`, or `npx spacedrive` in a checkout. */
export function useProgram(): string {
  const told = useOperation('explorer.program', {}).data?.program ?? null
  const isSignedOut = useConnection().name === 'signed-out'
  const toldToAll = useQuery({ queryKey: ['session/program'], queryFn: askSignedOut, enabled: isSignedOut }).data
  const program = told ?? toldToAll ?? null
  useEffect(() => {
    if (program !== null) localStorage.setItem(KEPT, program)
  }, [program])
  return program ?? localStorage.getItem(KEPT) ?? 'spacedrive'
}

/** The daemon answers no operation of a browser that is not signed in, but it tells the command that signs it in. */
async function askSignedOut(): Promise<string | null> {
  const answer = await fetch('/session/program').catch(() => null)
  if (!answer?.ok) return null
  const { program } = (await answer.json()) as { program: string }
  return program
}
