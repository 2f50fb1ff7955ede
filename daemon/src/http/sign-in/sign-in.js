const status = document.querySelector('#status')
const title = document.querySelector('#title')

// The code is of no use after this; it does not stay in the history either.
const code = location.pathname.slice(location.pathname.lastIndexOf('/') + 1)
try {
  const { signIn } = await import('/session/page-session.js')
  location.replace(await signIn(code))
} catch (err) {
  title.hidden = false
  // A link that is used or too old is the usual reason. Of any other, the daemon says what to do.
  status.textContent = err.name === 'SignedOutError' ? status.dataset.refused : err.message
  status.title = err.message
}
