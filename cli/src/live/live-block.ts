import { stripVTControlCharacters } from 'node:util'
import type { Screen } from '../io.ts'
import { shortenEnd } from '../text/shorten.ts'
import { textWidth } from '../text/width.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[0J'

/** Lines at the bottom of a terminal that are drawn over again and again. Disposing leaves the terminal as it was. */
export class LiveBlock implements Disposable {
  readonly #screen: Screen
  #height = 0
  readonly #restore = (): void => this.#screen.write(SHOW_CURSOR)

  constructor(screen: Screen) {
    this.#screen = screen
    screen.write(HIDE_CURSOR)
    // A second Ctrl-C ends the process at once; the cursor must be back even then.
    process.on('exit', this.#restore)
  }

  /** Redraws the block. Long lines are cut: if one wrapped, the next drawing would start too low. */
  draw(lines: readonly string[]): void {
    const { width } = this.#screen
    const shown = lines.map((line) =>
      textWidth(line) < width ? line : shortenEnd(stripVTControlCharacters(line), width - 1),
    )
    // Each line is drawn over and the rest cleared last: nothing flickers, and no terminal takes it for a new screen.
    this.#screen.write(`${this.#home()}${shown.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`)
    this.#height = shown.length
  }

  /** Removes the block from the screen. */
  clear(): void {
    this.#screen.write(`${this.#home()}${CLEAR_BELOW}`)
    this.#height = 0
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#restore)
    this.#restore()
  }

  #home(): string {
    return this.#height > 0 ? `\u001b[${this.#height}F` : '\r'
  }
}
