// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aLocation, locationId } from '../../../testing/things.ts'

/** Each has a page of its own. */
const HISTORIES = 12
const SEED = 20_261_124
const LETTERS = 'abcdefghijklmnop'

type Modifier = 'none' | 'Shift' | 'Control'
type Step =
  | { readonly does: 'key'; readonly key: 'ArrowDown' | 'ArrowUp' | 'Home' | 'End'; readonly modifier: Modifier }
  | { readonly does: 'click'; readonly at: number; readonly modifier: Modifier }
  | { readonly does: 'all' | 'none' | 'toggle' }
  | { readonly does: 'come' | 'go'; readonly at: number }
  | { readonly does: 'order'; readonly by: 'Name' | 'Size' }

const modifier = fc.constantFrom<Modifier>('none', 'Shift', 'Control')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('key'), key: keys(), modifier }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('click'), at: fc.nat(30), modifier }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('all', 'none', 'toggle') }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('come', 'go'), at: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('order'), by: fc.constantFrom('Name', 'Size') }) },
) as fc.Arbitrary<Step>

function keys() {
  return fc.constantFrom('ArrowDown', 'ArrowUp', 'Home', 'End')
}

/** The folder as plain lists and sets of names: nothing here is shared with the page. */
class Model {
  readonly sizes = new Map<string, number>()
  order: 'Name' | 'Size' = 'Name'
  isReversed = false
  active: string | null = null
  anchor: string | null = null
  /** Everything was chosen, so that files that come are chosen as well. */
  isAll = false
  readonly chosen = new Set<string>()

  constructor() {
    for (const [i, letter] of LETTERS.split('').entries()) this.sizes.set(`${letter}.txt`, ((i * 7) % 16) * 1_000)
  }

  rows(): string[] {
    const byName = [...this.sizes.keys()].toSorted()
    const rows = this.order === 'Name' ? byName : byName.toSorted((a, b) => this.sizes.get(b)! - this.sizes.get(a)!)
    return this.isReversed ? this.#reversed(rows) : rows
  }

  /** Files of one size stay in the order of their names. */
  #reversed(rows: string[]): string[] {
    if (this.order === 'Name') return rows.toReversed()
    return rows.toSorted((a, b) => this.sizes.get(a)! - this.sizes.get(b)! || (a < b ? -1 : 1))
  }

  go(name: string, how: Modifier, isKey: boolean): void {
    if (how === 'Control' && isKey) {
      this.active = name
      return
    }
    if (how === 'Control') this.toggle(name)
    else if (how === 'Shift') this.#range(name)
    else this.#only([name], name)
  }

  toggle(name: string): void {
    if (!this.chosen.delete(name)) this.chosen.add(name)
    this.active = this.anchor = name
  }

  #range(name: string): void {
    const rows = this.rows()
    const anchor = this.anchor ?? name
    const [from, to] = [rows.indexOf(anchor), rows.indexOf(name)].toSorted((a, b) => a - b)
    this.#only(rows.slice(from, to! + 1), anchor)
    this.active = name
  }

  #only(names: readonly string[], anchor: string): void {
    this.isAll = false
    this.chosen.clear()
    for (const name of names) this.chosen.add(name)
    this.active = this.anchor = anchor
  }

  chooseAll(): void {
    this.isAll = true
    for (const name of this.sizes.keys()) this.chosen.add(name)
  }

  chooseNone(): void {
    this.isAll = false
    this.chosen.clear()
  }

  come(name: string, size: number): void {
    this.sizes.set(name, size)
    if (this.isAll) this.chosen.add(name)
  }

  leave(name: string): void {
    this.sizes.delete(name)
    this.chosen.delete(name)
    if (this.active === name) this.active = null
    if (this.anchor === name) this.anchor = null
  }
}

const rowElements = () => [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
const nameIn = (row: Element) => row.querySelector('bdi')?.title || row.querySelector('bdi')?.textContent || ''
const rowOf = (name: string) => rowElements().find((row) => nameIn(row) === name)!
const shown = () => ({
  rows: rowElements().map(nameIn),
  chosen: rowElements()
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map(nameIn),
})

/** Fails at the first step after which page and model differ; returns the number of steps. */
async function runHistory(steps: readonly Step[]): Promise<number> {
  const model = new Model()
  const files = new FakeFiles(...[...model.sizes].map(([name, size]) => aFile(`/p/${name}`, { size })))
  const page = await openPage('/browse?path=/p', {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p')] },
  })
  const agrees = (count: number) =>
    waitFor(() => {
      const rows = model.rows()
      const expected = { rows, chosen: rows.filter((name) => model.chosen.has(name)) }
      expect({ after: steps.slice(0, count), ...shown() }).toEqual({ after: steps.slice(0, count), ...expected })
    })
  await agrees(0)
  // Every history begins at a chosen row, as after a click.
  await page.user.click(rowOf('c.txt'))
  model.go('c.txt', 'none', false)
  for (const [count, each] of steps.entries()) {
    const rows = model.rows()
    if (each.does === 'key' && model.active !== null) {
      const from = rows.indexOf(model.active)
      const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rows.length - 1 }[each.key]
      const target = rows[Math.min(rows.length - 1, Math.max(0, to))]!
      rowOf(model.active).focus()
      const { key, modifier: held } = each
      await page.user.keyboard(held === 'none' ? `{${key}}` : `{${held}>}{${key}}{/${held}}`)
      model.go(target, held, true)
    } else if (each.does === 'click') {
      const name = rows[each.at % rows.length]!
      fireEvent.click(rowOf(name), { ctrlKey: each.modifier === 'Control', shiftKey: each.modifier === 'Shift' })
      model.go(name, each.modifier, false)
    } else if (each.does === 'all') {
      await page.user.keyboard('{Control>}a{/Control}')
      model.chooseAll()
    } else if (each.does === 'none' && model.chosen.size > 0) {
      // With nothing chosen, Escape goes back in the history.
      await page.user.keyboard('{Escape}')
      model.chooseNone()
    } else if (each.does === 'toggle' && model.active !== null) {
      rowOf(model.active).focus()
      await page.user.keyboard('{Control>}[Space]{/Control}')
      model.toggle(model.active)
    } else if (each.does === 'come') {
      const name = `${LETTERS[each.at % LETTERS.length]!}${10 + count}.txt`
      files.add(aFile(`/p/${name}`, { size: each.at * 500 }))
      model.come(name, each.at * 500)
      page.daemon.emit('entries.changed', changed)
    } else if (each.does === 'go' && rows.length > 4) {
      const name = rows[each.at % rows.length]!
      files.remove(`/p/${name}`)
      model.leave(name)
      page.daemon.emit('entries.changed', changed)
    } else if (each.does === 'order') {
      const header = screen.getByRole('columnheader', { name: each.by })
      await page.user.click(within(header).getByRole('button'))
      model.isReversed = model.order === each.by ? !model.isReversed : false
      model.order = each.by
    }
    await agrees(count + 1)
  }
  return steps.length
}

const changed = { locationId: locationId(1), path: '/p', created: [], modified: [], deleted: [], more: false }

const histories = fc.sample(fc.array(step, { minLength: 5, maxLength: 25 }), { numRuns: HISTORIES, seed: SEED })

test.for(histories.map((steps, i) => [i, steps] as const))(
  'chosen files stay chosen while files come, go and get another order (seed 20261124, history %i)',
  async ([, steps]) => {
    expect(await runHistory(steps)).toBe(steps.length)
  },
)
