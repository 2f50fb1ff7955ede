/** Recognises XML by the name or the namespace of its first element, and HTML by the beginning of a page. */
export function markupType(text: string): string | null {
  const start = text.trimStart()
  if (!start.startsWith('<')) return null
  if (/^<\?php\b|^<\?=/.test(start)) return 'php'
  if (/^<(%@|jsp:)/.test(start)) return /<%@\s*(page|taglib)/.test(start) ? 'jsp' : 'asp'
  const body = skipProlog(start)
  const html = /^<!doctype\s+html|^<html[\s>]/i.test(body)
  if (html) return /w3\.org\/1999\/xhtml|DTD XHTML/.test(body.slice(0, 1_024)) ? 'xhtml' : 'html'
  const root = ROOT.exec(body)
  if (!root) return /^<(head|body|meta|title|div|table|h1|p|!--)[\s>]/i.test(body) ? 'html' : null
  const [, prefix, name, attributes] = root
  const found = roots.find((rule) => rule.name.test(name!) && (!rule.with || rule.with.test(attributes! + body)))
  if (found) return found.id
  if (prefix !== undefined || start.startsWith('<?xml')) return 'xml'
  if (/^(template|script|style)$/.test(name!)) return vueOrSvelte(body)
  return /^(head|body|meta|title|div|table|h[1-6]|p|ul|span|center|font|link)$/i.test(name!)
    ? 'html'
    : closedXml(body, name!)
}

/** Skips the declarations, comments and document type before the first element. */
function skipProlog(text: string): string {
  let at = 0
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++
    const end = prologEnd(text, at)
    if (end < 0) return text.slice(at)
    at = end
  }
}

/** The end of the part of the prolog at `at`; -1 if there is no such part, or if it does not end. */
function prologEnd(text: string, at: number): number {
  if (text.startsWith('<!--', at)) return endOf(text, '-->', at)
  if (text.startsWith('<?', at)) return endOf(text, '?>', at)
  if (!/^<!doctype\s/i.test(text.slice(at, at + 10)) || /^<!doctype\s+html/i.test(text.slice(at, at + 20))) return -1
  const close = endOf(text, '>', at)
  const bracket = text.indexOf('[', at)
  return bracket < 0 || bracket > close ? close : endOf(text, ']>', bracket)
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}

const ROOT = /^<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)([^>]*)/

const roots: readonly { readonly id: string; readonly name: RegExp; readonly with?: RegExp }[] = [
  { id: 'svg', name: /^svg$/ },
  { id: 'rss', name: /^(rss|RDF)$/, with: /<channel|purl\.org\/rss/ },
  { id: 'atom', name: /^feed$/, with: /w3\.org\/2005\/Atom/ },
  { id: 'opml', name: /^opml$/ },
  { id: 'xml-plist', name: /^plist$/ },
  { id: 'gpx', name: /^gpx$/ },
  { id: 'kml', name: /^kml$/ },
  { id: 'tcx', name: /^TrainingCenterDatabase$/ },
  { id: 'collada', name: /^COLLADA$/ },
  { id: 'x3d', name: /^X3D$/ },
  { id: 'amf', name: /^amf$/ },
  { id: 'fb2', name: /^FictionBook$/ },
  { id: 'musicxml', name: /^score-(partwise|timewise)$/ },
  { id: 'drawio', name: /^mxfile$/ },
  { id: 'abiword', name: /^abiword$/ },
  { id: 'ttml', name: /^tt$/ },
  { id: 'xspf', name: /^playlist$/, with: /xspf\.org/ },
  { id: 'xliff', name: /^(xliff|tmx)$/ },
  { id: 'xcal', name: /^icalendar$/ },
  { id: 'windows-contact', name: /^contact$/, with: /schemas\.microsoft\.com\/Contact/ },
  { id: 'library-ms', name: /^libraryDescription$/ },
  { id: 'fodt', name: /^document$/, with: /office:mimetype="application\/vnd\.oasis\.opendocument\.text"/ },
  { id: 'fods', name: /^document$/, with: /office:mimetype="application\/vnd\.oasis\.opendocument\.spreadsheet"/ },
  { id: 'fodp', name: /^document$/, with: /office:mimetype="application\/vnd\.oasis\.opendocument\.presentation"/ },
]

function vueOrSvelte(body: string): string {
  return /^<template[\s>]/m.test(body)
    ? 'vue'
    : /^<script[\s>][\s\S]*\{[#@/](if|each|html|await)|\bexport let\b/.test(body)
      ? 'svelte'
      : 'html'
}

/** A text without a declaration counts as XML if it closes its first element or names a namespace. */
function closedXml(body: string, name: string): string | null {
  return body.trimEnd().endsWith(`</${name}>`) || /\sxmlns(:\w+)?=/.test(body) ? 'xml' : null
}
