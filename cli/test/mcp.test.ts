import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

test('an agent that starts the command finds the tools, asks again after a restart, and ends it by closing stdin', async () => {
  await using home = await TestHome.create()
  await home.run('library', 'create', 'Photos')
  const child = spawn(process.execPath, [shim, 'mcp'], { cwd: home.path, env: home.env, stdio: 'pipe' })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let id = 0
  const ask = async (method: string, params: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`)
    const { value } = await lines.next()
    return JSON.parse(value as string)
  }
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  expect(await ask('initialize', hello)).toMatchObject({ id: 1, result: { serverInfo: { name: 'spacedrive' } } })
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
  const libraries = { name: 'libraries_list', arguments: {} }
  const photos = { result: { structuredContent: { items: [{ name: 'Photos' }] } } }
  expect(await ask('tools/call', libraries)).toMatchObject(photos)
  await home.run('restart')
  expect(await ask('tools/call', libraries)).toMatchObject(photos)
  child.stdin.end()
  expect(await ended).toBe(0)
})
