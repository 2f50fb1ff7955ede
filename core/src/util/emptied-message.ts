/** Why the root of a location is not scanned: it is empty, which may mean that a volume is not mounted. */
export function emptiedMessage(root: string, known: number): string {
  const things = known === 1 ? '1 thing' : `${known} things`
  return `${root} is empty now, while the index knows ${things} in it; if that is right, rescan it with --force`
}
