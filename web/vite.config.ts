import { readFileSync } from 'node:fs'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  plugins: [react(), tailwindcss()],
  define: { __VERSION__: JSON.stringify(version) },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // `npm run dev -w web`: the page as it is written, asking a daemon that runs.
  server: { proxy: proxied(['/api', '/events', '/media', '/openapi.json', '/rpc', '/session', '/ws']) },
})

function proxied(paths: readonly string[]) {
  const target = process.env['SPACEDRIVE_URL'] ?? 'http://127.0.0.1:7373'
  return Object.fromEntries(paths.map((path) => [path, { target, ws: path === '/ws', changeOrigin: true }]))
}
