import { readFile } from 'node:fs/promises'
import initWabt from 'wabt'

/** `core/src/search/wasm/scan-bytes.ts`: the name scanner, assembled from its source beside it. */
export async function assembleScanner(): Promise<string> {
  const wabt = await initWabt()
  const source = await readFile(new URL('../../core/src/search/wasm/scan.wat', import.meta.url), 'utf8')
  const module = wabt.parseWat('scan.wat', source, { simd: true })
  module.validate()
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  module.destroy()
  const lines = base64.match(/.{1,100}/g) ?? []
  return `// Assembled from scan.wat by \`npm run generate\`. Do not edit.
export const SCANNER_BASE64 =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`
}
