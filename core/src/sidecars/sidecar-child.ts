import { open, readFile } from 'node:fs/promises'
import { type Blake3, loadBlake3 } from '../util/blake3.ts'
import { serveProcess } from '../workers/serve-process.ts'
import type { Made, Make, MakeRequest, Output } from './generators/generator.ts'

/** What a process says of what it has made. */
export interface MakeReply extends Made {
  readonly outputs: readonly (Output & { readonly size: number; readonly checksum: Uint8Array })[]
}

const blake3 = await loadBlake3()

// Every pool runs this; which generator's code is loaded, the request says.
serveProcess<MakeRequest, MakeReply>(async ({ module, ...request }) => {
  const { make } = (await import(module)) as { make: Make }
  const made = await make(request)
  const outputs = []
  for (const { variant, format, path } of request.outputs)
    outputs.push({ variant, format, ...(await sealed(path, blake3)) })
  return { ...made, outputs }
})

/** Makes a written file durable, and says what is in it. */
async function sealed(path: string, hasher: Blake3): Promise<{ size: number; checksum: Uint8Array }> {
  await using file = await open(path, 'r+')
  await file.sync()
  const bytes = await readFile(file)
  return { size: bytes.length, checksum: Uint8Array.from(hasher.hash(bytes)) }
}
