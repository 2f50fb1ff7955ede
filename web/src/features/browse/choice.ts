import { isChosen, nothing, only, type Selection, toggled } from './selection.ts'

/** What is chosen of a listing, and the row that keys act on. */
export interface Choice {
  readonly active: number | null
  /** Where a range begins. */
  readonly anchor: number | null
  readonly selection: Selection
}

export const noChoice: Choice = { active: null, anchor: null, selection: nothing }

/** `only`: this one; `toggle`: this one too, or no more; `extend`: from the anchor to it; `move`: only the keys go there. */
export type ChoiceWay = 'only' | 'toggle' | 'extend' | 'move'

export function choose(choice: Choice, row: number, way: ChoiceWay): Choice {
  if (way === 'move') return { ...choice, active: row }
  if (way === 'toggle') return { active: row, anchor: row, selection: toggled(choice.selection, row) }
  if (way === 'only') return { active: row, anchor: row, selection: only({ first: row, last: row }) }
  const anchor = choice.anchor ?? row
  const span = { first: Math.min(anchor, row), last: Math.max(anchor, row) }
  return { active: row, anchor, selection: only(span) }
}

/** What a click on a row does. With a right click what is chosen stays so. */
export function clickWay(event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): ChoiceWay {
  if (event.shiftKey) return 'extend'
  return event.ctrlKey || event.metaKey ? 'toggle' : 'only'
}

/** What a key that goes to a row does with it. */
export function keyWay(event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): ChoiceWay {
  if (event.shiftKey) return 'extend'
  return event.ctrlKey || event.metaKey ? 'move' : 'only'
}

/** The active row is chosen too, or no more. */
export function toggleActive(choice: Choice): Choice {
  return choice.active === null ? choice : choose(choice, choice.active, 'toggle')
}

export function chooseForMenu(choice: Choice, row: number): Choice {
  return choose(choice, row, isChosen(choice.selection, row) ? 'move' : 'only')
}

/** How the rows of a view stand. */
export interface Grid {
  readonly total: number
  /** Rows side by side. */
  readonly columns: number
  /** Lines that are seen at once. */
  readonly lines: number
  readonly isRightToLeft: boolean
}

/** The row to which a key goes from the active one; null where the key goes nowhere. */
export function rowAfterKey(key: string, active: number | null, grid: Grid): number | null {
  const { columns, isRightToLeft, lines, total } = grid
  if (total === 0) return null
  const page = Math.max(1, lines - 1) * columns
  const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight'
  const backward = isRightToLeft ? 'ArrowRight' : 'ArrowLeft'
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: page,
    PageUp: -page,
    ...(columns > 1 && { [forward]: 1, [backward]: -1 }),
  }
  if (key === 'Home') return 0
  if (key === 'End') return total - 1
  const step = steps[key]
  if (step === undefined) return null
  if (active === null) return 0
  const target = active + step
  if (target >= 0 && target < total) return target
  // Of a last line that is not full the last one; otherwise at the same column.
  if (Math.abs(step) === 1 || Math.abs(step) === columns)
    return lineOf(active) === lineOf(total - 1) || step < 0 ? active : total - 1
  return step > 0 ? total - 1 : 0

  function lineOf(row: number): number {
    return Math.floor(row / columns)
  }
}
