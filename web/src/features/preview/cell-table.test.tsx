// @vitest-environment happy-dom
import { show } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { CellTable } from './cell-table.tsx'

const headings = ['name', 'amount', 'note']
const rowOf = (row: number) => [`row ${row}`, String(row * 1.5), 'text']

interface TableOptions {
  readonly rowCount?: number
  readonly rowAt?: (row: number) => readonly string[] | undefined
  readonly onRows?: (first: number, last: number) => void
}

async function showTable({ onRows, rowAt = rowOf, rowCount = 3 }: TableOptions = {}) {
  const rest = onRows && { onRows }
  await show(
    <CellTable
      label="Table"
      columnCount={3}
      firstNumber={2}
      headings={headings}
      rowAt={rowAt}
      rowCount={rowCount}
      {...rest}
    />,
  )
  const table = screen.getByRole('table', { name: 'Table' })
  await waitFor(() => expect(within(table).getAllByRole('rowheader').length).toBeGreaterThan(0))
  return table
}

test('each row has the number that it has in the file, and readers know its place', async () => {
  const table = await showTable()
  expect(
    within(table)
      .getAllByRole('rowheader')
      .map((each) => each.textContent),
  ).toEqual(['2', '3', '4'])
  expect(
    within(table)
      .getAllByRole('row')
      .map((row) => row.getAttribute('aria-rowindex')),
  ).toEqual(['1', '2', '3', '4'])
  expect([table.getAttribute('aria-rowcount'), table.getAttribute('aria-colcount')]).toEqual(['4', '4'])
})

test('of thousands of rows only those near the view are in the page, and they are asked for', async () => {
  const asked: [number, number][] = []
  const table = await showTable({ rowCount: 50_000, onRows: (first, last) => void asked.push([first, last]) })
  await waitFor(() => expect(asked.at(-1)?.[1]).toBeGreaterThan(10))
  expect(within(table).getAllByRole('row').length).toBeLessThan(60)
  expect(asked.at(-1)![1]).toBeLessThan(60)
  expect(table.getAttribute('aria-rowcount')).toBe('50001')
})

test('rows that are not loaded have their numbers, and no cells with text', async () => {
  const table = await showTable({ rowAt: (row) => (row === 1 ? undefined : rowOf(row)) })
  const [, first, second] = within(table).getAllByRole('row')
  expect(
    within(first!)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(['row 0', '0', 'text'])
  expect(second!.textContent).toBe('3')
})

const numbers = ['12', '-3.5', '1,234.50', '1.234,50', '7 %', '9 €', '2e-6', '−4']
const words = ['', 'a12', '12 apples', '2024-05-01', '1/2', '%']

test('numbers stand at the end of their cells, words at the start', async () => {
  const cells = [...numbers, ...words]
  const table = await showTable({ rowCount: cells.length, rowAt: (row) => [cells[row]!, 'x', 'y'] })
  const isAtEnd = (row: HTMLElement) => within(row).getAllByRole('cell')[0]!.classList.contains('text-end')
  const rows = within(table).getAllByRole('row').slice(1)
  expect(rows.filter(isAtEnd).map((row) => within(row).getAllByRole('cell')[0]!.textContent)).toEqual(numbers)
})
