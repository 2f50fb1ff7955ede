import { readFile } from 'node:fs/promises'
import initWabt from 'wabt'

/** A module that is assembled from its source, `name`.wat, beside it. */
export async function assemble(source: URL, constant: string): Promise<string> {
  const name = source.pathname.slice(source.pathname.lastIndexOf('/') + 1)
  const wabt = await initWabt()
  const module = wabt.parseWat(name, await readFile(source, 'utf8'), { simd: true })
  module.validate()
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  module.destroy()
  const lines = base64.match(/.{1,100}/g) ?? []
  return `// Assembled from ${name} by \`npm run generate\`. Do not edit.
export const ${constant} =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`
}
