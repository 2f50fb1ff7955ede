/** What is used of https://www.w3.org/TR/trusted-types/; not every browser knows them. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown
}

/**
 * Scripts of workers come from the files of this page. No text becomes a script, and only DOMPurify, by a policy of its own,
 * reads a text as markup.
 */
function createScriptURL(url: string): string {
  const { origin, pathname } = new URL(url, location.href)
  if (origin === location.origin && /^\/(?:assets|src|node_modules)\//.test(pathname)) return url
  throw new TypeError(`${url} is no script of this page`)
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
// By this name browsers ask it about every plain text, also where a library uses it.
trustedTypes?.createPolicy('default', { createScriptURL })
