import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import initWabt from 'wabt'

/** The text of `scan-bytes.ts`, assembled from `scan.wat`. */
export async function assembleScanner(): Promise<string> {
  const wabt = await initWabt()
  const source = await readFile(new URL('scan.wat', import.meta.url), 'utf8')
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

/** Writes `scan-bytes.ts`. */
export async function writeScanner(): Promise<void> {
  await writeFile(new URL('scan-bytes.ts', import.meta.url), await assembleScanner())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeScanner()
