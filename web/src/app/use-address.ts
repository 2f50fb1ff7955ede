import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { MediaKind } from './browse-search.ts'

/** The parts of an address that every page of files has. */
interface Address {
  /** Path of the entry that is chosen. */
  readonly sel?: string | undefined
  /** Of a timeline: only these. */
  readonly only?: MediaKind | undefined
  readonly inspector?: true | undefined
  readonly preview?: true | undefined
}

export type ChangeAddress = (change: Address, options?: { replace: boolean }) => void

/** The address of this page, and how to change a part of it; undefined takes a part out. */
export function useAddress(): [Address, ChangeAddress] {
  const { inspector, only, preview, sel } = useSearch({ strict: false })
  const navigate = useNavigate()
  const change = useCallback<ChangeAddress>(
    (part, options) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, ...part }) as typeof before,
        replace: options?.replace ?? false,
      }),
    [navigate],
  )
  return [{ inspector, only, preview, sel }, change]
}
