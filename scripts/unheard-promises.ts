import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/**
 * Finds promises that are kept and may reject before anybody listens: Node.js ends the process over one. Such a promise
 * is given to `heard` (`core/src/util/heard.ts`), or waited for before anything else is. `no-floating-promises` finds
 * those that nobody keeps.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = /^(core|daemon|relay|client|cli)\/(src\/)/
const IGNORED = /\.test\.ts$|\/test\//
/** Calls that give the promise a listener, or that never reject. */
const LISTENING = new Set(['heard', 'catch', 'allSettled', 'settledWithin', 'orAborted', 'untilAborted'])
/** Calls that only keep what they are given. */
const KEEPING = new Set(['set', 'add', 'push', 'unshift'])

/** What is known of functions that were looked at; while one is looked at, it is taken not to reject. */
const judged = new Map<ts.Node, boolean>()

const program = openProgram()
const checker = program.getTypeChecker()
let found = 0
for (const file of program.getSourceFiles()) {
  const name = file.fileName.slice(root.length)
  if (SOURCES.test(name) && !IGNORED.test(name)) visit(file)
}
if (found > 0) process.stderr.write(`${found} promises may reject without a listener: give each to heard()\n`)
process.exitCode = found === 0 ? 0 : 1

function openProgram(): ts.Program {
  const path = ts.findConfigFile(root, (file) => ts.sys.fileExists(file))!
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  )
  return ts.createProgram(
    config.fileNames.filter((name) => SOURCES.test(name.slice(root.length))),
    config.options,
  )
}

function visit(node: ts.Node): void {
  if (ts.isVariableDeclaration(node) && node.initializer) checkVariable(node, node.initializer)
  else if (ts.isPropertyDeclaration(node) && node.initializer) checkField(node, node.initializer)
  else if (ts.isPropertyAssignment(node)) checkKept(node.initializer)
  else if (ts.isShorthandPropertyAssignment(node)) checkKept(node.name)
  else if (ts.isVoidExpression(node)) checkKept(node.expression)
  else if (isKeepingCall(node)) node.arguments.forEach(checkKept)
  else if (ts.isBinaryExpression(node) && isAssignment(node) && ts.isPropertyAccessExpression(node.left)) {
    if (!isListenedTo(node) && !isAwaitedNext(node)) checkKept(node.right)
  }
  ts.forEachChild(node, visit)
}

function isKeepingCall(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    KEEPING.has(node.expression.name.text)
  )
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  return (
    operatorToken.kind === ts.SyntaxKind.EqualsToken || operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken
  )
}

/** `const x = f()`, where something else is waited for before `x` is. */
function checkVariable(node: ts.VariableDeclaration, initializer: ts.Expression): void {
  if (ts.isObjectBindingPattern(node.name)) {
    const parts = node.name.elements.map((element) => (element.propertyName ?? element.name).getText())
    if (!isResolvers(initializer) || !parts.includes('reject') || !parts.includes('promise')) return
    const promise = node.name.elements.find(
      (element) => (element.propertyName ?? element.name).getText() === 'promise',
    )!
    if (!isUsedInTime(promise.name as ts.Identifier)) report(node)
    return
  }
  if (!ts.isIdentifier(node.name) || !mayReject(initializer)) return
  if (!isUsedInTime(node.name)) report(node)
}

/** `readonly #x = Promise.withResolvers()` that is rejected somewhere, without a listener of the class's own. */
function checkField(node: ts.PropertyDeclaration, initializer: ts.Expression): void {
  if (!isResolvers(initializer)) return checkKept(initializer)
  const name = node.name.getText()
  const text = node.getSourceFile().text
  const isHeard = [`heard(this.${name}.promise)`, `this.${name}.promise.catch(`].some((each) => text.includes(each))
  if (text.includes(`${name}.reject`) && !isHeard) report(node)
}

/** A promise that goes into an object, a map or a field. */
function checkKept(expression: ts.Expression): void {
  if (!mayReject(expression)) return
  if (ts.isIdentifier(expression)) {
    const declaration = checker.getSymbolAtLocation(expression)?.valueDeclaration
    // A parameter is its caller's.
    if (declaration && !ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return
    if (isHeardBefore(expression)) return
  }
  report(expression)
}

function mayReject(expression: ts.Expression): boolean {
  if (isPropertyOfPromise(expression) || !isPromise(checker.getTypeAtLocation(expression))) return false
  return !isListening(expression)
}

function isPropertyOfPromise(expression: ts.Expression): boolean {
  // What somebody else keeps is theirs to give a listener.
  return ts.isPropertyAccessExpression(expression) || ts.isElementAccessExpression(expression)
}

function isListening(expression: ts.Expression): boolean {
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression
  if (ts.isBinaryExpression(inner)) return isListening(inner.right)
  if (ts.isConditionalExpression(inner)) return isListening(inner.whenTrue) && isListening(inner.whenFalse)
  if (ts.isIdentifier(inner)) {
    const declaration = checker.getSymbolAtLocation(inner)?.valueDeclaration
    return (
      !!declaration &&
      ts.isVariableDeclaration(declaration) &&
      !!declaration.initializer &&
      isListening(declaration.initializer)
    )
  }
  if (ts.isNewExpression(inner)) return takesNoReject(inner)
  if (!ts.isCallExpression(inner)) return isPropertyOfPromise(inner)
  const name = calledName(inner)
  if (name === 'resolve' && inner.expression.getText() === 'Promise.resolve') return true
  // What a map gives has been kept before.
  if (name === 'get' && !isPromise(checker.getTypeAtLocation(inner.expression))) return true
  if (name === 'then') {
    return inner.arguments.length > 1 || isListening((inner.expression as ts.PropertyAccessExpression).expression)
  }
  // What both outcomes lead to is as good as what it follows.
  if (name === 'finally') return isListening((inner.expression as ts.PropertyAccessExpression).expression)
  // A thread that is told to end says so, and nothing else.
  if (name === 'terminate') return true
  return LISTENING.has(name) || neverRejects(inner)
}

/** `new Promise((resolve) => …)`. */
function takesNoReject(made: ts.NewExpression): boolean {
  const executor = made.arguments?.[0]
  return executor !== undefined && ts.isFunctionLike(executor) && executor.parameters.length < 2
}

/** Whether the function that is called waits for, and throws, only what it catches itself. */
function neverRejects(call: ts.CallExpression): boolean {
  const declaration = checker.getResolvedSignature(call)?.declaration
  if (!declaration || !ts.isFunctionLike(declaration) || !('body' in declaration) || !declaration.body) return false
  const known = judged.get(declaration)
  if (known !== undefined) return known
  judged.set(declaration, true)
  const { body } = declaration
  const safe = ts.isExpression(body) ? isSafe(body) : !holdsRisk(body)
  judged.set(declaration, safe)
  return safe
}

function holdsRisk(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false
  if (ts.isTryStatement(node)) {
    const rest = [node.catchClause, node.finallyBlock].filter((each) => each !== undefined)
    return (!node.catchClause && holdsRisk(node.tryBlock)) || rest.some(holdsRisk)
  }
  if (ts.isThrowStatement(node)) return true
  if (ts.isAwaitExpression(node)) return !isSafe(node.expression)
  if (ts.isReturnStatement(node) && node.expression) return !isSafe(node.expression)
  return ts.forEachChild(node, (child) => holdsRisk(child) || undefined) ?? false
}

function isSafe(expression: ts.Expression): boolean {
  return !isPromise(checker.getTypeAtLocation(expression))
    ? !holdsRisk(expression)
    : isListening(expression) && !isPropertyOfPromise(expression)
}

function calledName({ expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText()
}

function isPromise(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(isPromise)
  return type.symbol?.name === 'Promise'
}

function isResolvers(expression: ts.Expression): boolean {
  return ts.isCallExpression(expression) && expression.expression.getText() === 'Promise.withResolvers'
}

/** Whether somebody listens to a variable before its function waits for anything else. */
function isUsedInTime(name: ts.Identifier): boolean {
  const scope = blockOf(name)
  const symbol = checker.getSymbolAtLocation(name)
  const [first] = usesOf(symbol, scope).filter((use) => use !== name && listens(use))
  if (!first) return false
  return !waitsBetween(scope, name.getEnd(), first.getStart())
}

/** The same for one that is kept: a listener is there by then, or the next to come. */
function isHeardBefore(kept: ts.Identifier): boolean {
  const scope = blockOf(kept)
  const symbol = ts.isShorthandPropertyAssignment(kept.parent)
    ? checker.getShorthandAssignmentValueSymbol(kept.parent)
    : checker.getSymbolAtLocation(kept)
  const declaration = symbol?.valueDeclaration
  if (
    declaration &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer &&
    !mayReject(declaration.initializer)
  )
    return true
  if (declaration && ts.isBindingElement(declaration)) {
    if (!declaration.parent.getText().includes('reject')) return true
  }
  return usesOf(symbol, scope).some(
    (use) => use !== kept && listens(use) && !waitsBetween(scope, kept.getEnd(), use.getStart()),
  )
}

function blockOf(node: ts.Node): ts.Node {
  return ts.findAncestor(node, (each) => ts.isFunctionLike(each) || ts.isSourceFile(each)) ?? node.getSourceFile()
}

function usesOf(symbol: ts.Symbol | undefined, scope: ts.Node): ts.Identifier[] {
  const uses: ts.Identifier[] = []
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && symbolOf(node) === symbol) uses.push(node)
    ts.forEachChild(node, look)
  }
  look(scope)
  return uses
}

function symbolOf(node: ts.Identifier): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
}

/** `await x`, `return x`, `x.catch(…)`, `f(x)`, `[x]`: whoever gets it listens. */
function listens(use: ts.Identifier): boolean {
  const { parent } = use
  if (ts.isCallExpression(parent)) return parent.expression !== use && !isKeepingCall(parent)
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === use
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) return false
  if (ts.isBinaryExpression(parent)) return !isAssignment(parent)
  return (
    ts.isAwaitExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent)
  )
}

/** Whether the function itself waits for anything from one position to another. */
function waitsBetween(scope: ts.Node, from: number, to: number): boolean {
  let waits = false
  const look = (node: ts.Node): void => {
    if (waits || (node !== scope && ts.isFunctionLike(node))) return
    if ((ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) && node.getStart() >= from) {
      // `await x` begins before `x`, and `await Promise.all([x])` too.
      if (node.getStart() < to && node.getEnd() < to) waits = true
    }
    ts.forEachChild(node, look)
  }
  look(scope)
  return waits
}

/** `await (this.#x = f())`, `return (this.#x ??= f())`, `(this.#x = f()).catch(…)`. */
function isListenedTo(node: ts.Expression): boolean {
  let outer: ts.Node = node.parent
  while (ts.isParenthesizedExpression(outer)) outer = outer.parent
  return (
    ts.isAwaitExpression(outer) ||
    ts.isReturnStatement(outer) ||
    ts.isPropertyAccessExpression(outer) ||
    ts.isArrowFunction(outer)
  )
}

/** `this.#x ??= f()` with `return this.#x` or `await this.#x` as the next statement. */
function isAwaitedNext(node: ts.BinaryExpression): boolean {
  const statement = node.parent
  if (!ts.isExpressionStatement(statement) || !ts.isBlock(statement.parent)) return false
  const after = statement.parent.statements[statement.parent.statements.indexOf(statement) + 1]
  const text = after?.getText() ?? ''
  return text.includes(node.left.getText()) && /^(return|await|const \w+ = await|void|try)\b/.test(text)
}

function report(node: ts.Node): void {
  found++
  const file = node.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(node.getStart())
  process.stderr.write(
    `${file.fileName.slice(root.length)}:${line + 1}: ${node.getText().split('\n')[0]!.slice(0, 100)}\n`,
  )
}
