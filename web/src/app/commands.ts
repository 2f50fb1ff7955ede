/**
 * All that keys can do, with the keys by default as `tinykeys` writes them (`$mod` is Ctrl, on a Mac the command key).
 * No key that the browser owns. Keys without a modifier do nothing while somebody types into a field.
 */
export const commands = {
  open: 'Enter',
  preview: 'Space',
  'view-grid': 'Alt+Digit1',
  'view-list': 'Alt+Digit2',
  'view-columns': 'Alt+Digit3',
  'view-timeline': 'Alt+Digit4',
  'view-size': 'Alt+Digit5',
  parent: 'Alt+ArrowUp',
  back: 'Alt+ArrowLeft',
  forward: 'Alt+ArrowRight',
  inspector: 'Alt+Enter',
  'select-all': '$mod+KeyA',
  'copy-path': '$mod+KeyC',
  download: 'Alt+ArrowDown',
  'next-pane': 'F6',
  'previous-pane': 'Shift+F6',
  search: '/',
  palette: '$mod+KeyK',
  path: 'Control+KeyG',
  shortcuts: 'Shift+?',
  escape: 'Escape',
} as const

export type CommandId = keyof typeof commands
export const commandIds = Object.keys(commands) as CommandId[]

const names: Readonly<Record<string, string>> = {
  $mod: 'Ctrl',
  Control: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

/** Keys as a person reads them: `Alt+1` of `Alt+Digit1`. */
export function readableKeys(keys: string): string {
  return keys
    .replace(/^Shift\+(?=[^\w]$)/, '')
    .split('+')
    .map((key) => names[key] ?? key.replace(/^(Key|Digit)/, ''))
    .join('+')
}
