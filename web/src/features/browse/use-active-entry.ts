import type { Entry } from '@spacedrive/core/domain'
import { useState } from 'react'
import type { Folder } from './use-folder.ts'

/**
 * The entry that keys act on. While another one is asked for, or it was scrolled out of what is loaded, the last one that
 * was known stands for it.
 */
export function useActiveEntry({ choice, listing }: Folder): Entry | undefined {
  const entry = choice.active === null ? undefined : listing.entryAt(choice.active)
  const [last, setLast] = useState(entry)
  if (entry && entry !== last) setLast(entry)
  return choice.active === null ? undefined : (entry ?? last)
}
