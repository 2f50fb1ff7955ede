import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Lets Mediabunny use the decoders and encoders of node-webcodecs. Throws if there is no build for this platform. */
export function registerWebcodecs(): void {
  useOwnFfmpeg()
  // oxlint-disable-next-line import/no-unassigned-import -- loading it is what registers it
  require('node-webcodecs/register')
}

/**
 * Makes node-webcodecs load its own FFmpeg. Must be called before it is loaded. Otherwise it uses the system's
 * libraries if they fit; those have other versions and another licence.
 */
export function useOwnFfmpeg(): void {
  process.env['NODE_WEBCODECS_FORCE'] = 'static'
}
