/** What disposes of all of these, whichever of them fails. */
export function allDisposed(disposables: Iterable<Disposable>): Disposable {
  const stack = new DisposableStack()
  for (const each of disposables) stack.use(each)
  return stack
}
