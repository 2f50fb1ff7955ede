/**
 * Makes node-webcodecs load its own FFmpeg. Call this before it is loaded: otherwise it uses the system's libraries if
 * they fit, which have other versions and another licence.
 */
export function useOwnFfmpeg(): void {
  process.env['NODE_WEBCODECS_FORCE'] = 'static'
}
