/** Recognises JSON and the formats based on it; null if the text is not JSON. `whole`: the text is the whole file. */
export function jsonType(text: string, whole: boolean): string | null {
  const start = text.trimStart()
  if (!/^[{[]/.test(start)) return null
  if (whole && isJson(start)) return jsonVariant(start)
  if (isJsonLines(start, whole)) return 'jsonl'
  // The text is only the beginning of the file, so it need not be complete JSON.
  return !whole && JSON_BEGINNING.test(start) ? jsonVariant(start) : null
}

const JSON_BEGINNING = /^(\{\s*"(?:[^"\\\n]|\\.)*"\s*:\s*["{[\dtfn-]|\[\s*(?:[{["\d-]|true|false|null))/

function jsonVariant(text: string): string {
  return variants.find((variant) => variant.test.test(text))?.id ?? 'json'
}

const variants: readonly { readonly id: string; readonly test: RegExp }[] = [
  { id: 'notebook', test: /^\{[\s\S]*"(nbformat|cell_type)"\s*:/ },
  { id: 'geojson', test: /"type"\s*:\s*"(FeatureCollection|Feature|Topology)"/ },
  { id: 'gltf', test: /^\{[\s\S]*"asset"\s*:\s*\{[^}]*"version"\s*:\s*"[12]\./ },
  { id: 'excalidraw', test: /"type"\s*:\s*"excalidraw"/ },
  { id: 'har', test: /^\{\s*"log"\s*:\s*\{\s*"(version|creator)"/ },
  { id: 'heap-snapshot', test: /^\{\s*"snapshot"\s*:\s*\{\s*"meta"/ },
  { id: 'jwk', test: /^\{[\s\S]*"kty"\s*:\s*"(RSA|EC|OKP|oct)"/ },
  { id: 'jcal', test: /^\[\s*"vcalendar"\s*,/ },
  { id: 'jcard', test: /^\[\s*"vcard"\s*,/ },
  { id: 'webmanifest', test: /^\{(?=[\s\S]*"start_url"\s*:)[\s\S]*"(icons|display)"\s*:/ },
]

function isJsonLines(text: string, whole: boolean): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (!whole) lines.pop()
  return lines.length >= 2 && lines.slice(0, 5).every((line) => /^[{[]/.test(line) && isJson(line))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
