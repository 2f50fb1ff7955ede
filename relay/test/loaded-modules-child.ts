import { registerHooks } from 'node:module'

// Opens a relay, and prints the modules of this repository that it has loaded.
const root = new URL('../..', import.meta.url).href
const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    if (url.startsWith(root) && !url.includes('/node_modules/')) loaded.push(url.slice(root.length))
    return next(url, context)
  },
})
const { Relay } = await import('@spacedrive/relay')
const log = { debug() {}, info() {}, warn() {}, error() {} }
await using relay = await Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: null, log })
process.stdout.write(JSON.stringify({ url: relay.url, loaded }))
