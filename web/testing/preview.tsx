import { openPage } from './page.tsx'
import type { Entry, FileInfo } from '@spacedrive/core/domain'
import { screen } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import type { Answers } from './fake-daemon.ts'
import { FakeFiles } from './fake-files.ts'
import { anInfo } from './things.ts'

/** What the daemon serves under `/media`: bytes by the end of their address, with ranges as the real one has them. */
export const served = new Map<string, string>()

function serve(address: string, init?: RequestInit): Promise<Response> {
  const { pathname } = new URL(address)
  const found = [...served].find(([end]) => decodeURIComponent(pathname).endsWith(end))?.[1]
  if (found === undefined) {
    const problem = { code: 'NotFound', detail: `nothing is at ${pathname}` }
    return Promise.resolve(new Response(JSON.stringify(problem), { status: 404 }))
  }
  const bytes = new TextEncoder().encode(found)
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(new Headers(init?.headers).get('range') ?? '') ?? []
  if (bytes.length === 0) return Promise.resolve(new Response(null, { status: 416 }))
  const part = bytes.slice(Number(from), to === '' ? undefined : Number(to) + 1)
  const headers = {
    'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`,
    'content-type': 'text/plain; charset=utf-8',
  }
  return Promise.resolve(new Response(part, { status: 206, headers }))
}

beforeEach(() => {
  served.clear()
  vi.stubGlobal('fetch', serve)
})
afterEach(() => void vi.unstubAllGlobals())

export interface PreviewOptions {
  readonly info?: Partial<FileInfo>
  readonly answers?: Answers
  readonly beside?: readonly Entry[]
  readonly locale?: 'en' | 'de'
}

/** The preview of a file in the folder `/p`. */
export async function preview(entry: Entry, { answers, beside = [], info, locale = 'en' }: PreviewOptions = {}) {
  const files = new FakeFiles(entry, ...beside)
  const page = await openPage(`/browse?path=/p&preview=true&sel=${encodeURIComponent(entry.path)}`, {
    answers: {
      ...files.answers,
      'files.info': ({ path }) => (path === entry.path ? anInfo(entry, info) : files.answers['files.info']!({ path })),
      ...answers,
    },
    locale,
  })
  const dialog = await screen.findByRole('dialog', { name: new RegExp(`${entry.name}$`) })
  return { ...page, dialog }
}
