import { readFile, writeFile } from 'node:fs/promises'

export async function make({ outputs, source }: { source: string; outputs: { path: string }[] }) {
  const text = await readFile(source, 'utf8')
  if (text.includes('mumble')) throw new Error('nobody understands it')
  for (const { path } of outputs) await writeFile(path, text.toUpperCase())
  return { engine: { name: 'shout', version: '1' } }
}
