/**
 * Makes node-webcodecs load the FFmpeg it comes with, where it is not loaded yet: else it would take the libraries of the
 * system where they fit, which are other versions, under another licence.
 */
export function useOwnFfmpeg(): void {
  process.env['NODE_WEBCODECS_FORCE'] = 'static'
}
