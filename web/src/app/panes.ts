/** The parts of the window between which F6 walks have this attribute, in the order of the document. */
const PANE = 'data-pane'
/** Focus on an element in here is given up for the rows of a folder that opens. */
const YIELDS_FOCUS = 'data-yields-focus'

const ROW = '[role="grid"] [data-row][tabindex="0"], [role="grid"][tabindex="0"]'
const STOPS = 'a[href], button:not([disabled]), input:not([disabled]), select, [tabindex="0"]'
/** Elements of a pane that are tried: those at its beginning may be hidden. */
const MAX_TRIED = 20

/** Moves the focus to the next pane that can have it, or to the one before. */
export function walkPanes(step: 1 | -1): void {
  // A dialog keeps the focus.
  if (isPopupOpen()) return
  const panes = [...document.querySelectorAll<HTMLElement>(`[${PANE}]`)]
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const start = at === -1 && step === -1 ? 0 : at
  for (let i = 1; i <= panes.length; i++) {
    const pane = panes[(start + step * i + 2 * panes.length) % panes.length]!
    if (stopsOf(pane).some(takesFocus)) return
  }
}

/**
 * Where the focus goes when a dialog closes: to `before`, which had it when the dialog opened. If `before` is gone or
 * gives the focus up for rows, the focus goes to the row that keys act on. Null: nothing takes it.
 */
export function focusAfterDialog(before: Element | null): HTMLElement | null {
  const kept = before instanceof HTMLElement && before.isConnected ? before : null
  if (kept && !isGivenUp(kept)) return kept
  return document.querySelector<HTMLElement>(ROW) ?? kept
}

/** Whether nothing has the focus that a person would want to keep there. */
export function isFocusFree(): boolean {
  return isGivenUp(document.activeElement)
}

function isGivenUp(focused: Element | null): boolean {
  return focused === null || focused === document.body || focused.closest(`[${YIELDS_FOCUS}]`) !== null
}

/** Whether a dialog or a menu is open, which handles Escape itself. */
export function isPopupOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null
}

function stopsOf(pane: HTMLElement): HTMLElement[] {
  const row = pane.querySelector<HTMLElement>(ROW)
  const stops = [...pane.querySelectorAll<HTMLElement>(STOPS)].slice(0, MAX_TRIED)
  return row ? [row, ...stops] : stops
}

function takesFocus(element: HTMLElement): boolean {
  element.focus()
  return document.activeElement === element
}
