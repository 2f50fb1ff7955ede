import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { download, findPackageFile } from './npm-registry.ts'

const never = new AbortController().signal
const PACKED = gzipSync(randomBytes(100_000))

/** Sends half of its answer, and then does as it is told. */
async function startSlow(then: (response: ServerResponse) => void) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': PACKED.length })
    response.write(PACKED.subarray(0, PACKED.length / 2), () => then(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tgz`)
  return {
    url,
    file: { addresses: [url], sha512: '' },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readAll(parts: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of parts);
}

test('a download that is cancelled says so', async () => {
  const stop = new AbortController()
  await using slow = await startSlow(() => stop.abort())
  await expect(readAll(download(slow.file, stop.signal))).rejects.toMatchObject({
    code: 'Cancelled',
    message: 'the download was cancelled',
  })
})

test('a description whose download is cancelled says so', async () => {
  const stop = new AbortController()
  await using slow = await startSlow(() => stop.abort())
  const found = findPackageFile(new URL('/', slow.url), { name: 'a', version: '1.0.0' }, stop.signal)
  await expect(found).rejects.toMatchObject({ code: 'Cancelled' })
})

test('a download that takes too long says so', async () => {
  await using slow = await startSlow(() => {})
  await expect(readAll(download(slow.file, never, 500))).rejects.toMatchObject({
    code: 'Timeout',
    message: `${slow.url.href} was not downloaded within 0.5 s; try again on a faster connection`,
  })
})

test('a download whose connection is lost is not called damaged', async () => {
  await using slow = await startSlow((response) => response.destroy())
  await expect(readAll(download(slow.file, never))).rejects.toMatchObject({
    code: 'Offline',
    message: expect.stringContaining('the connection was lost') as string,
  })
})

test('what is no package is called damaged', async () => {
  await using server = await startSlow((response) => response.end(Buffer.alloc(PACKED.length - PACKED.length / 2)))
  await expect(readAll(download(server.file, never))).rejects.toMatchObject({ code: 'Corrupt' })
})
