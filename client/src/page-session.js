/* The session of a page of the explorer. Plain JavaScript, because browsers load this very file on the page that signs
 * them in; the explorer has it built in. The other side is `daemon/src/http/page-proofs.ts`. */

const DATABASE = 'spacedrive'
const STORE = 'session'
const KEY = 'key'
const NONCE_BYTES = 32
/** A program that holds the port and never answers is given up after this. */
const ANSWER_MS = 10_000
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const UNAUTHORISED = 401

/** This browser has no session, or the daemon knows it no more. */
export class SignedOutError extends Error {
  name = 'SignedOutError'
}

/** The program at this address cannot prove that it is the daemon this browser was signed in by. */
export class ImpostorError extends Error {
  name = 'ImpostorError'
}

/** What the daemon signs: who asks, from where, and what was made up for this one time. */
export function daemonStatement({ daemonNonce, id, origin, pageNonce }) {
  return ['spacedrive daemon 1', origin, id, pageNonce, daemonNonce].join('\n')
}

/** What the page signs. */
export function pageStatement({ daemonNonce, id, origin, pageNonce }) {
  return ['spacedrive page 1', origin, id, pageNonce, daemonNonce].join('\n')
}

/** What the page signs of the address of a file: which file, for whom, and until when (milliseconds since 1970). */
export function mediaStatement({ address, session, until }) {
  return ['spacedrive media 1', address, session, until].join('\n')
}

/**
 * Signs this browser in by the code of a link: makes a key that no script can read, and keeps it with the key of the
 * daemon. Returns where the link leads.
 */
export async function signIn(code) {
  const pair = await crypto.subtle.generateKey(ECDSA, false, ['sign', 'verify'])
  const publicKey = toText(await crypto.subtle.exportKey('spki', pair.publicKey))
  const { daemonKey, id, to } = await post('/session', { code, publicKey })
  const imported = await crypto.subtle.importKey('spki', toBytes(daemonKey), ECDSA, true, ['verify'])
  await keep({ id, privateKey: pair.privateKey, daemonKey: imported })
  return to
}

/**
 * Has the daemon prove itself, then proves this browser. Throws `SignedOutError` and `ImpostorError`; nothing that lets
 * anybody in has been sent then.
 */
export async function prove() {
  const kept = await read()
  if (!kept) throw new SignedOutError('this browser is not signed in')
  const { daemonKey, id, privateKey } = kept
  const pageNonce = toText(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
  const { nonce: daemonNonce, signature } = await post('/session/challenge', { id, nonce: pageNonce })
  const said = { origin: location.origin, id, pageNonce, daemonNonce: String(daemonNonce) }
  const isDaemon = await crypto.subtle
    .verify(ECDSA, daemonKey, toBytes(String(signature)), encoded(daemonStatement(said)))
    .catch(() => false)
  if (!isDaemon) throw new ImpostorError('another program answers at this address in place of the daemon')
  const own = await crypto.subtle.sign(ECDSA, privateKey, encoded(pageStatement(said)))
  const granted = await post('/session/proof', { nonce: said.daemonNonce, signature: toText(own) })
  return { session: id, ...granted }
}

/** Forgets the key of this browser. */
export async function forget() {
  await keep(undefined)
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const said = await answer.json().catch(() => ({}))
  if (answer.status === UNAUTHORISED) throw new SignedOutError(said.detail ?? 'this browser is not signed in')
  if (!answer.ok) throw new Error(said.detail ?? `the daemon answered ${answer.status}`)
  return said
}

async function read() {
  const store = await open('readonly')
  return done(store.get(KEY))
}

async function keep(value) {
  const store = await open('readwrite')
  const committed = completed(store.transaction)
  if (value === undefined) store.delete(KEY)
  else store.put(value, KEY)
  // A page that is left before the commit loses what it has put, and the next page is then not signed in.
  await committed
}

async function open(mode) {
  const opening = indexedDB.open(DATABASE, 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE))
  const database = await done(opening)
  const transaction = database.transaction(STORE, mode)
  transaction.addEventListener('complete', () => database.close())
  return transaction.objectStore(STORE)
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve(undefined))
    transaction.addEventListener('abort', () => reject(transaction.error))
  })
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

function encoded(text) {
  return new TextEncoder().encode(text)
}

function toText(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function toBytes(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0))
}
