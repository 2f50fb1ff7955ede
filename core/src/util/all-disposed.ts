/** Combines disposables into one. Disposing it disposes all of them, even if some throw. */
export function allDisposed(disposables: Iterable<Disposable>): Disposable {
  const stack = new DisposableStack()
  for (const each of disposables) stack.use(each)
  return stack
}
