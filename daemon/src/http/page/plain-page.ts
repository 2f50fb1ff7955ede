import { hash } from 'node:crypto'
import type { PageLanguage } from '../accepted-language.ts'

export interface PlainPage {
  readonly language: PageLanguage
  readonly title: string
  readonly text: string
  /** Output of a tool, shown unchanged. */
  readonly detail?: string
  /** The page asks again after so many seconds. */
  readonly reloadSeconds?: number
  /** Runs in the page, for which `scriptedPagePolicy` is the policy. */
  readonly script?: string
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.25rem; font-weight: 600 }
pre { overflow: auto; padding: 1rem; border: 1px solid; border-radius: 6px; font-size: .8125rem; white-space: pre-wrap }
`

/** A page of its own, for when the explorer is not there. */
export function plainPage({ detail, language, reloadSeconds, script, text, title }: PlainPage): string {
  const reload = reloadSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${reloadSeconds}">`
  const shown = detail === undefined ? '' : `<pre>${escapeHtml(detail)}</pre>`
  const run = script === undefined ? '' : `<script>${script}</script>`
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">${reload}<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1><p role="status">${escapeHtml(text)}</p>${shown}</main>${run}</body></html>`
}

/** Allows that style and nothing else. */
export const plainPagePolicy = policyOf('')

/** Allows that style, one script, and requests of the script to the page's own server. */
export function scriptedPagePolicy(script: string): string {
  return policyOf(` script-src '${sha256Of(script)}'; connect-src 'self';`)
}

function policyOf(more: string): string {
  return `default-src 'none'; style-src '${sha256Of(STYLE)}';${more} frame-ancestors 'none'; base-uri 'none'; form-action 'none'`
}

function sha256Of(text: string): string {
  return `sha256-${hash('sha256', text, 'base64')}`
}

/** Makes a text harmless in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
