import ts from 'typescript'

interface SourceText {
  /** From the root of the repository. */
  readonly file: string
  readonly text: string
}

interface ForeignWrite {
  readonly line: number
  readonly table: string
  readonly owner: string
}

/** Kysely's methods that write the table which they name. */
const WRITING_METHODS = /^(insertInto|replaceInto|mergeInto|updateTable|deleteFrom)$/
/** SQL that writes a table, up to the table's name. `*` in a name stands for an expression. */
const WRITING_SQL =
  /\b(?:(?:insert|replace)(?:\s+or\s+\w+)?\s+into|delete\s+from|drop\s+table|alter\s+table|update(?:\s+or\s+\w+)?(?=\s+\S+\s[^;]*\bset\b))\s+(?:main\.)?["`[]?([\w*]+)/gi

/**
 * Finds the statements of a source file that write a table of another folder: SQL in strings and templates, and calls of
 * Kysely. A table's name that an expression gives, wholly or in part, may be every table that fits.
 */
export function foreignWrites(
  { file, text }: SourceText,
  owners: Readonly<Record<string, string>>,
): readonly ForeignWrite[] {
  const room = /^core\/src\/([^/]+)\//.exec(file)?.[1]
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: ForeignWrite[] = []
  const note = (node: ts.Node, name: string) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    for (const [table, owner] of Object.entries(owners))
      if (owner !== room && fits(table, name)) found.push({ line, table, owner })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isWritingMethod(node)) {
      const [table] = node.arguments
      if (table) note(node.expression, (textOf(table) ?? '*').replace(/\s+as\s.*$/, ''))
    }
    const sql = textOf(node)
    if (sql === null) return ts.forEachChild(node, visit)
    for (const [, name = ''] of sql.matchAll(WRITING_SQL)) note(node, name)
    // The parts of the text were read with it; its expressions may hold texts of their own.
    ts.forEachChild(node, (child) =>
      ts.isTemplateSpan(child) || ts.isBinaryExpression(node) ? visit(child) : undefined,
    )
  }
  visit(source)
  // A part of a sum is read by itself, too.
  return found.filter(
    ({ line, table }, i) => found.findIndex((each) => each.line === line && each.table === table) === i,
  )
}

function isWritingMethod({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && WRITING_METHODS.test(expression.name.text)
}

/** The text of a string, a template or a sum of them, with `*` for each expression; null if the node is none. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `*${literal.text}`).join('')
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return null
  const [left, right] = [textOf(node.left), textOf(node.right)]
  return left === null && right === null ? null : (left ?? '*') + (right ?? '*')
}

function fits(table: string, name: string): boolean {
  return new RegExp(`^${name.replaceAll('*', '.*')}$`, 'i').test(table)
}
