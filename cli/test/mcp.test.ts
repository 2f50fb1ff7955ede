import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
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

/** A real client that starts `spacedrive mcp`. */
async function startClient(home: TestHome, latest: boolean, args: readonly string[] = []): Promise<Client> {
  const mode = latest ? { pin: '2026-07-28' } : 'legacy'
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const env = home.env as Record<string, string>
  const command = { command: process.execPath, args: [shim, 'mcp', ...args], cwd: home.path, env }
  await client.connect(new StdioClientTransport({ ...command, stderr: 'ignore' }))
  return client
}

test('if the daemon is lost, a call says so and how to start it, and works once it runs again', async () => {
  await using home = await TestHome.create()
  await home.run('library', 'create', 'Photos')
  const client = await startClient(home, false, ['--no-start'])
  const call = () => client.callTool({ name: 'libraries_list', arguments: {} })
  await home.run('stop')
  expect(await call()).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/^Unavailable: .*not running.*`spacedrive start` starts it/) }],
    _meta: { code: 'Unavailable' },
  })
  await home.run('start')
  expect(await call()).toMatchObject({ structuredContent: { items: [{ name: 'Photos' }] } })
  await client.close()
})

test.each([false, true])(
  'a client on stdin hears of changes, also after a restart (latest revision: %s)',
  async (latest) => {
    await using home = await TestHome.create()
    const folder = join(home.path, 'files')
    mkdirSync(folder)
    await home.run('library', 'create', 'Photos')
    await home.run('location', 'add', folder, '--wait')
    const client = await startClient(home, latest)
    const notices: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void notices.push(params.uri))
    const { uri } = (await client.listResources()).resources[0]!
    if (latest) await client.listen({ resourceSubscriptions: [uri] })
    else await client.subscribeResource({ uri })
    writeFileSync(join(folder, 'a.txt'), 'a')
    await expect.poll(() => notices).toContain(uri)
    notices.length = 0
    await home.run('restart')
    // Without a call: anything may have changed while there was no daemon.
    await expect.poll(() => notices).toContain(uri)
    notices.length = 0
    writeFileSync(join(folder, 'b.txt'), 'b')
    await expect.poll(() => notices).toContain(uri)
    await client.close()
  },
)

test('a client on stdin that ends a listening makes room, and is told what cannot be listened to', async () => {
  await using home = await TestHome.create()
  const folder = join(home.path, 'files')
  mkdirSync(folder)
  await home.run('library', 'create', 'Photos')
  await home.run('location', 'add', folder, '--wait')
  const client = await startClient(home, true)
  const notices: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void notices.push(params.uri))
  const { uri } = (await client.listResources()).resources[0]!
  const listen = (resourceSubscriptions: string[]) => client.listen({ resourceSubscriptions })
  await expect(listen(['sd://Photos/location/none'])).rejects.toThrow('NotFound')
  const some = (from: number, count: number) => Array.from({ length: count }, (_, at) => `${uri}/${from + at}`)
  await expect(listen(some(0, 101))).rejects.toThrow('101 resources are too many')
  for (let round = 0; round < 3; round++) {
    const subscription = await listen(some(round * 60, 60))
    await expect(listen(some(1_000, 41))).rejects.toThrow('100 resources are watched already')
    await subscription.close()
  }
  await listen([uri])
  writeFileSync(join(folder, 'a.txt'), 'a')
  await expect.poll(() => notices).toContain(uri)
  await client.close()
})
