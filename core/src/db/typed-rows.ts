import type { ReadStatement, SQLInputValue } from './sqlite.ts'

/** A statement whose rows have a known type. */
export interface RowStatement<Row> {
  all(...params: SQLInputValue[]): Row[]
  get(...params: SQLInputValue[]): Row | undefined
  iterate(...params: SQLInputValue[]): IterableIterator<Row>
}

/**
 * Gives a statement the type of its rows, which are objects. SQLite does not check the type, so the caller must know
 * the columns. Returns the same statement, so it costs nothing.
 */
export function withRows<Row>(statement: ReadStatement): RowStatement<Row> {
  return statement as unknown as RowStatement<Row>
}

/** Like `withRows`, for a statement whose rows become arrays of their columns. */
export function withTuples<Row>(statement: ReadStatement): RowStatement<Row> {
  statement.setReturnArrays(true)
  return withRows(statement)
}
