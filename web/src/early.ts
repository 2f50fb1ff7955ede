// Loaded before all else: the daemon is reached while the page is read. A browser that knows no such short address finds
// its way later.
globalThis.earlySocket = new WebSocket('/ws')
