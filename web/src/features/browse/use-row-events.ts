import type { Entry } from '@spacedrive/core/domain'
import { useRouter } from '@tanstack/react-router'
import type { DragEvent, MouseEvent, PointerEvent } from 'react'
import { useRef } from 'react'
import { fileUrl, pathOf, useLibraryId } from '../../api/index.ts'
import { deviceOf, parentOf } from '../../format/index.ts'
import { chooseForMenu, clickWay } from './choice.ts'
import { draggedOut } from './dragged-out.ts'
import { countChosen, isChosen, nothing } from './selection.ts'
import type { ChosenRows } from './use-choosing.ts'
import { rowOfEvent } from './use-row-focus.ts'

/** Rows the pointer can choose from. */
export interface PointedRows<E extends Entry> extends Pick<ChosenRows, 'choice' | 'choose' | 'setChoice' | 'total'> {
  readonly listing: { readonly entryAt: (row: number) => E | undefined }
}

const MIDDLE = 1
/** Selected rows around the one that is dragged that are looked at for those that come along. */
const MAX_DRAGGED_ROWS = 1_000

/**
 * What the pointer does to rows: a click chooses, a double click opens, a middle click opens a tab; by touch a tap opens
 * as long as nothing is chosen. Names and pictures can be dragged out.
 */
export function useRowEvents<E extends Entry>(folder: PointedRows<E>, onOpen: (entry: E) => void) {
  const pointerType = useRef('mouse')
  const router = useRouter()
  const library = useLibraryId()
  const { choice, choose, listing, setChoice, total } = folder

  const open = (row: number) => {
    const entry = listing.entryAt(row)
    if (entry) onOpen(entry)
  }
  /** Of a folder, or of the folder around a file with its preview. */
  const pageOf = (entry: Entry): string => {
    const path = pathOf(entry)
    const parent = parentOf(path)
    const search =
      entry.kind === 'directory' || parent === null ? { path } : { path: parent, sel: path, preview: true as const }
    return router.buildLocation({ to: '/browse', search }).href
  }
  const dragged = (row: number) => {
    const rows = isChosen(choice.selection, row)
      ? rowsAround(row, total).filter((each) => isChosen(choice.selection, each))
      : [row]
    return rows.flatMap((each) => {
      const entry = listing.entryAt(each)
      if (!entry) return []
      const isHere = entry.kind === 'file' && deviceOf(entry.path) === null
      const url = isHere ? fileUrl(entry, library) : pageOf(entry)
      return [{ entry, url: new URL(url, location.href).href }]
    })
  }
  return {
    onPointerDown: (event: PointerEvent) => void (pointerType.current = event.pointerType),
    onMouseDown: (event: MouseEvent) => {
      // The browser would begin to scroll by the pointer.
      if (event.button === MIDDLE && rowOfEvent(event) !== null) event.preventDefault()
    },
    onAuxClick: (event: MouseEvent) => {
      const row = event.button === MIDDLE ? rowOfEvent(event) : null
      const entry = row === null ? undefined : listing.entryAt(row)
      if (entry) window.open(pageOf(entry), '_blank', 'noopener')
    },
    onDragStart: (event: DragEvent) => {
      const row = rowOfEvent(event)
      if (row === null) return
      event.dataTransfer.effectAllowed = 'copyLink'
      for (const [type, data] of Object.entries(draggedOut(dragged(row)))) event.dataTransfer.setData(type, data)
    },
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

function rowsAround(row: number, total: number): number[] {
  const first = Math.max(0, row - MAX_DRAGGED_ROWS / 2)
  const last = Math.min(total - 1, row + MAX_DRAGGED_ROWS / 2)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
