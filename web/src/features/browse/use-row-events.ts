import type { MouseEvent, PointerEvent } from 'react'
import { useRef } from 'react'
import type { Entry } from '@spacedrive/core/domain'
import { chooseForMenu, clickWay } from './choice.ts'
import { countChosen, nothing } from './selection.ts'
import type { ChosenRows } from './use-choosing.ts'
import { rowOfEvent } from './use-row-focus.ts'

/** Rows the pointer can choose from. */
export interface PointedRows<E extends Entry> extends Pick<ChosenRows, 'choice' | 'choose' | 'setChoice' | 'total'> {
  readonly listing: { readonly entryAt: (row: number) => E | undefined }
}

/** What the pointer does to rows: a click chooses, a double click opens; by touch a tap opens as long as nothing is chosen. */
export function useRowEvents<E extends Entry>(folder: PointedRows<E>, onOpen: (entry: E) => void) {
  const pointerType = useRef('mouse')
  const { choice, choose, listing, setChoice, total } = folder

  const open = (row: number) => {
    const entry = listing.entryAt(row)
    if (entry) onOpen(entry)
  }
  return {
    onPointerDown: (event: PointerEvent) => void (pointerType.current = event.pointerType),
    onClick: (event: MouseEvent) => {
      const row = rowOfEvent(event)
      if (row === null) return setChoice((before) => ({ ...before, selection: nothing }))
      const isCheck = event.target instanceof Element && event.target.closest('[data-check]') !== null
      if (isCheck) return choose(row, 'toggle')
      if (pointerType.current !== 'touch') return choose(row, clickWay(event))
      if (countChosen(choice.selection, total) > 1) choose(row, 'toggle')
      else {
        choose(row, 'only')
        open(row)
      }
    },
    onDoubleClick: (event: MouseEvent) => {
      const row = rowOfEvent(event)
      if (row !== null && pointerType.current !== 'touch') open(row)
    },
    onContextMenu: (event: MouseEvent) => {
      const row = rowOfEvent(event)
      if (row !== null) setChoice((before) => chooseForMenu(before, row))
    },
  }
}
