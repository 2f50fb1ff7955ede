import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { attack, type Target } from '../../../../testing/attack.ts'
import type { NativeTarget } from '../../../../testing/native-attack.ts'
import { fsPath } from '../../../util/file-name.ts'
import { serveProcess } from '../../../workers/serve-process.ts'
import type { DocumentReply, DocumentRequest } from '../document-child.ts'

/** The contents of a document for this process. */
export interface AttackingDocument {
  readonly target: Target
  readonly native: NativeTarget
}

/** Simulates a process that the document has taken over: each row is one attack, with its result. */
serveProcess<DocumentRequest, DocumentReply>(async ({ path }) => {
  const { native, target } = JSON.parse(readFileSync(fsPath(path), 'utf8')) as AttackingDocument
  const results = { ...(await attack(target)), ...(isBuiltin('node:ffi') && (await attempts(native))) }
  const rows = Object.entries(results)
  return { sheets: ['attack'], columns: 2, rows, blocks: [], total: rows.length, truncated: false }
})

async function attempts(target: NativeTarget): Promise<Readonly<Record<string, string>>> {
  const { nativeAttack } = await import('../../../../testing/native-attack.ts')
  return nativeAttack(target).attempts
}
