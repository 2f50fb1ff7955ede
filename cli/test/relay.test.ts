import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

test('network relay says where it is, how devices set it and what it counts, and ends with SIGTERM', async () => {
  await using home = await TestHome.create()
  const child = start(home, 'network', 'relay', '--port', '0', '--host', '127.0.0.1', '--token', 'a-token')
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const lines: string[] = []
  while (!lines.at(-1)?.startsWith('Counts for Prometheus')) lines.push((await said.next()).value as string)
  const url = /http:\S+/.exec(lines[1]!)![0]
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a-token$/)
  expect(lines).toContain(`  spacedrive config set network.relay ${url}`)
  expect((await fetch(`${url}/ping`)).status).toBe(200)
  const metrics = await fetch(/http:\S+/.exec(lines.at(-1)!)![0])
  expect(await metrics.text()).toContain('spacedrive_relay_clients 0')
  expect(await ended(child, 'SIGTERM')).toEqual([0, null])
  await expect(fetch(`${url}/ping`)).rejects.toThrow('fetch failed')
})

test('relay --json says it in one line, ends with SIGINT, and says what is wrong with its flags', async () => {
  await using home = await TestHome.create()
  const child = start(home, 'relay', '--json', '--port', '0', '--host', '127.0.0.1', '--allow', 'ab'.repeat(32))
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  expect(JSON.parse(value as string)).toEqual({
    urls: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)],
    metrics: expect.stringMatching(/\/metrics$/),
    pid: child.pid,
  })
  expect(await ended(child, 'SIGINT')).toEqual([0, null])
  const wrong = await home.run('network', 'relay', '--allow', 'nonsense')
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is not the key of a device') })
  expect(await home.run('relay', '--port', '70000')).toMatchObject({ code: 2 })
})

function start({ env, path }: TestHome, ...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [shim, ...args], { cwd: path, env })
}

async function ended(child: ChildProcessWithoutNullStreams, signal: 'SIGINT' | 'SIGTERM'): Promise<unknown[]> {
  const exit = once(child, 'exit')
  child.kill(signal)
  return exit
}
