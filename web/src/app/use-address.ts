import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { flagOf, oneOf, textOf } from './search-params.ts'

/** Kinds of files that a timeline can be limited to. */
export const mediaKinds = ['image', 'video'] as const
export type MediaKind = (typeof mediaKinds)[number]

/** The parts of an address that every page of files has. */
export interface Address {
  /** Limits a timeline to these files. */
  readonly only?: MediaKind
  /** Path of the selected entry. */
  readonly sel?: string
  readonly inspector?: true
  readonly preview?: true
}

/** Ignores values that these parameters cannot have. */
export function readAddress(search: Record<string, unknown>): Address {
  return {
    ...oneOf(search, 'only', mediaKinds),
    ...textOf(search, 'sel'),
    ...flagOf(search, 'inspector'),
    ...flagOf(search, 'preview'),
  }
}

type AddressChange = { readonly [K in keyof Address]?: Address[K] | undefined }

export type ChangeAddress = (change: AddressChange, options?: { replace: boolean }) => void

/** The address of this page, and how to change a part of it; undefined takes a part out. */
export function useAddress(): [AddressChange, ChangeAddress] {
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
