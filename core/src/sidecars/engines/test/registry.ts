import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'

/** A registry with the interface of npm, on this machine. */
export interface TestRegistry extends AsyncDisposable {
  readonly url: string
  /** The paths of all requests. */
  readonly asked: string[]
  /** Publishes a package with these files, each below the folder `package`. */
  publish(of: PublishedPackage): Promise<void>
}

interface PublishedPackage {
  readonly name: string
  readonly version: string
  readonly files: Readonly<Record<string, Uint8Array | string>>
  /** Changes the bytes that are sent; their checksum stays. */
  readonly damage?: (packed: Buffer) => Buffer
  /** The stated address of the file; by default, that of this registry. */
  readonly address?: string
}

export async function startRegistry(): Promise<TestRegistry> {
  const answers = new Map<string, string | Buffer>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!)
    asked.push(path)
    const answer = answers.get(path)
    response.writeHead(answer === undefined ? 404 : 200).end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    asked,
    async publish({ address, damage = (packed) => packed, files, name, version }) {
      const entries = Object.entries(files).map(([path, data]) => {
        const body = Buffer.from(data)
        return { header: { name: `package/${path}`, size: body.length, type: 'file' as const }, body }
      })
      const packed = gzipSync(await packTar(entries))
      const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`
      const file = `/${name}/-/${version}.tgz`
      const dist = { integrity, tarball: address === undefined ? new URL(file, url).href : address + file }
      answers.set(`/${name}`, JSON.stringify({ versions: { [version]: { dist } } }))
      answers.set(file, damage(packed))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
