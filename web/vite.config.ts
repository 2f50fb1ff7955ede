import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }

/** Runs while the page is loaded; see there. */
const EARLY = 'src/early.ts'
/** Runs before the page; see there. */
const FIRST = 'src/first.ts'

export default defineConfig({
  plugins: [react(), tailwindcss(), earlyScript(), pdfjsFiles()],
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', EARLY, FIRST],
      output: {
        // All that every page begins with in two files: each of twenty would be asked for by itself.
        codeSplitting: {
          groups: [
            // Of the small script, which does not wait for the page.
            { name: 'session', test: /page-session\.js$/, priority: 1 },
            { name: 'react', test: /\/node_modules\/(?:react|react-dom|scheduler)\//, priority: 1 },
            { name: 'page', tags: ['$initial'], test: (id) => ![EARLY, FIRST].some((path) => id.endsWith(`/${path}`)) },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  // `npm run dev -w web`: the page as it is written, asking a daemon that runs.
  server: { proxy: proxied(['/api', '/events', '/media', '/openapi.json', '/rpc', '/session', '/ws']) },
})

function proxied(paths: readonly string[]) {
  const target = process.env['SPACEDRIVE_URL'] ?? 'http://127.0.0.1:7373'
  return Object.fromEntries(paths.map((path) => [path, { target, ws: path === '/ws', changeOrigin: true }]))
}

/** Names the scripts that run before the page, in their order. */
function earlyScript(): Plugin {
  return {
    name: 'early-script',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        return [EARLY, FIRST].map((path) => {
          const built = Object.values(bundle).find(
            (output) => output.type === 'chunk' && output.facadeModuleId?.endsWith(`/${path}`),
          )
          // The first one waits for nothing. The other runs before the page, which is named after it.
          const attrs = { type: 'module', async: path === EARLY, src: `/${built?.fileName ?? path}` }
          return { tag: 'script', attrs, injectTo: 'head-prepend' as const }
        })
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
