// Loaded before all else: the daemon is reached while the page is read. A browser that knows no such short address finds
// its way later. Scripts come in any order: after the page itself there is nobody left to take it.
if (!('earlySocket' in globalThis)) globalThis.earlySocket = new WebSocket('/ws')
