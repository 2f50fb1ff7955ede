/** Combines disposables into one. It disposes of all of them, even if some fail. */
export function allDisposed(disposables: Iterable<Disposable>): Disposable {
  const stack = new DisposableStack()
  for (const each of disposables) stack.use(each)
  return stack
}
