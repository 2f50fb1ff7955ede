import type { SearchItem } from '@spacedrive/core/domain'
import { defaultStringifySearch } from '@tanstack/react-router'
import type { MouseEvent } from 'react'
import { pathOf } from '../../api/index.ts'
import { parentOf } from '../../format/index.ts'

/** Address of the folder that a result lies in, where it is chosen. */
export function placeHref(item: SearchItem): string {
  return `/browse${defaultStringifySearch({ path: parentOf(item.path) ?? item.path, sel: pathOf(item) })}`
}

/**
 * Whether a click was on the place of a result; `go` is called where it is not for another tab. One for all rows: a link
 * of the router in each costs more than the rest of the row, with every letter that is typed.
 */
export function followPlace(event: MouseEvent, go: (href: string) => void): boolean {
  const href = event.target instanceof Element && event.target.closest('[data-place]')?.getAttribute('href')
  if (!href) return false
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return true
  event.preventDefault()
  go(href)
  return true
}
