import { readFileSync } from 'node:fs'
import { CoreError } from '../../util/errors.ts'
import { serveProcess } from '../serve-process.ts'

export interface ReadRequest {
  readonly path: string
  /** The size of the file according to the index. */
  readonly size: number
}

serveProcess<ReadRequest, string>(async ({ path, size }) => {
  const text = readFileSync(path, 'utf8')
  if (text.length !== size) throw new CoreError('Conflict', 'the file has changed')
  return text
})
