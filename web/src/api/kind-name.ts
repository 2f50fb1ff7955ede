/** The page's own name of a kind; for a kind that the page does not know, the engine's name. */
export function kindName(
  kind: string,
  names: Readonly<Record<string, string>>,
  kinds: readonly { readonly kind: string; readonly label: string }[],
): string {
  return names[kind] ?? kinds.find((known) => known.kind === kind)?.label ?? kind
}
