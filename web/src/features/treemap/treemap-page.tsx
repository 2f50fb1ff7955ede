/** What takes the room in a folder. */
export function TreemapPage({ path }: { path: string }) {
  return <p>{path}</p>
}
