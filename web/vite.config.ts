import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  plugins: [react(), tailwindcss(), pdfjsFiles(), folderPageAtOnce()],
  define: { __VERSION__: JSON.stringify(version) },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  // `npm run dev -w web`: the page as it is written, asking a daemon that runs.
  server: { proxy: proxied(['/api', '/events', '/media', '/openapi.json', '/rpc', '/session', '/ws']) },
})

function proxied(paths: readonly string[]) {
  const target = process.env['SPACEDRIVE_URL'] ?? 'http://127.0.0.1:7373'
  return Object.fromEntries(paths.map((path) => [path, { target, ws: path === '/ws', changeOrigin: true }]))
}

/** What most begin with is fetched together with the page, not after it. */
function folderPageAtOnce(): Plugin {
  return {
    name: 'folder-page-at-once',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const files = new Set<string>()
        const add = (file: string) => {
          const output = bundle[file]
          if (output?.type !== 'chunk' || files.has(file)) return
          files.add(file)
          output.imports.forEach(add)
        }
        for (const [file, output] of Object.entries(bundle))
          if (output.type === 'chunk' && output.facadeModuleId?.endsWith('/app/browse-route.tsx')) add(file)
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
            injectTo: 'head' as const,
          }))
      },
    },
  }
}

/** What pdf.js asks for by name while it reads a document: how to read fonts, fonts, decoders that need no WebAssembly. */
function pdfjsFiles(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  const { version: pdfjs } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const files = ['cmaps', 'standard_fonts', 'wasm'].flatMap((below) =>
    readdirSync(join(folder, below))
      .filter((name) => /\.(?:bcmap|pfb|ttf)$|_nowasm_fallback\.js$/.test(name))
      .map((name) => `${below}/${name}`),
  )
  const base = `assets/pdfjs-${pdfjs}`
  return {
    name: 'pdfjs-files',
    generateBundle() {
      for (const file of files)
        this.emitFile({ type: 'asset', fileName: `${base}/${file}`, source: readFileSync(join(folder, file)) })
    },
    configureServer(server) {
      server.middlewares.use(`/${base}`, (request, response, next) => {
        const file = files.find((each) => request.url === `/${each}`)
        if (file) response.end(readFileSync(join(folder, file)))
        else next()
      })
    },
  }
}
