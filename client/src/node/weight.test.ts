import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Prints the address of every module that importing the client brings with it. */
const script = `
  import { registerHooks } from 'node:module'
  const seen = new Set()
  registerHooks({ resolve(specifier, context, next) {
    const found = next(specifier, context)
    seen.add(found.url)
    return found
  } })
  await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
  await import(${JSON.stringify(import.meta.resolve('../index.ts'))})
  console.log(JSON.stringify([...seen]))`

test('a command that uses the client loads the contract’s types and nothing else of the engine', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const loaded = (JSON.parse(stdout) as string[]).filter((url) => url.startsWith('file:'))
  expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([])
  const core = loaded.map((url) => /\/core\/(.*)$/.exec(url)?.[1]).filter((path) => path !== undefined)
  expect(core.toSorted()).toEqual(
    ['errors', 'home-folder', 'lock-file', 'make-folders', 'path-error'].map((name) => `src/util/${name}.ts`),
  )
})
