import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { PageLanguage } from '../accepted-language.ts'
import { escapeHtml } from '../page/plain-page.ts'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.25rem; font-weight: 600 }
`

/** The two scripts, that style, and requests to us. */
export const signInPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const words = {
  en: {
    title: 'This link does not sign in',
    working: 'Signing in …',
    refused: (program: string) =>
      `A link works once, and only for two minutes. For a new one, run “${program} open” in a terminal.`,
    noScript: 'The explorer needs JavaScript.',
  },
  de: {
    title: 'Dieser Link meldet nicht an',
    working: 'Wird angemeldet …',
    refused: (program: string) =>
      `Ein Link gilt nur einmal und nur zwei Minuten. Einen neuen macht „${program} open“ in einem Terminal.`,
    noScript: 'Der Explorer braucht JavaScript.',
  },
}

/**
 * A page that makes the key of this browser and hands in the code of its address. `program`: the words that start the
 * command line.
 */
export function signInPage(language: PageLanguage, program: string): string {
  const t = words[language]
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Spacedrive</title><style>${STYLE}</style><script type="module" src="/session/sign-in.js"></script></head><body><main><h1 id="title" hidden>${t.title}</h1><p id="status" role="status" data-refused="${escapeHtml(t.refused(program))}">${t.working}</p><noscript><p>${t.noScript}</p></noscript></main></body></html>`
}

/** The scripts of the page, by their names. */
const scripts: Readonly<Record<string, string>> = {
  'sign-in.js': fileURLToPath(new URL('sign-in.js', import.meta.url)),
  'page-session.js': fileURLToPath(import.meta.resolve('@spacedrive/client/page-session')),
}

/** Null: there is no such script. */
export async function signInScript(name: string): Promise<Buffer | null> {
  const path = Object.hasOwn(scripts, name) ? scripts[name] : undefined
  return path === undefined ? null : readFile(path)
}
