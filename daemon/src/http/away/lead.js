const pages = document.querySelector('meta[name="pages"]').content
try {
  await navigator.serviceWorker?.register('/away-worker.js')
} catch {
  // A browser that takes none, as in a private window: it shows its own error while the daemon is away.
}
location.replace(pages + location.pathname + location.search + location.hash)
