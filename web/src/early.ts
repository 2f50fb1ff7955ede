import { prove } from '@spacedrive/client/page-session'

// Loaded before all else: the daemon is reached while the page is read. A browser that knows no such short address finds
// its way later. Scripts come in any order: after the page itself there is nobody left to take it.
if (!('earlySocket' in globalThis) && !('earlyProof' in globalThis)) {
  if (location.protocol === 'https:') globalThis.earlySocket = new WebSocket('/ws')
  else {
    globalThis.earlyProof = prove()
    // Whoever takes it hears of a failure.
    globalThis.earlyProof.catch(() => {})
  }
}
