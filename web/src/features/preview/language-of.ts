import type { Entry } from '@spacedrive/core/domain'
import type { languages } from './languages.ts'

export type Language = keyof typeof languages

/** Languages by the extensions of their files. */
const extensions: Partial<Record<Language, string>> = {
  asciidoc: 'adoc asciidoc',
  asm: 'asm s',
  awk: 'awk',
  bat: 'bat cmd',
  c: 'c h',
  clojure: 'clj cljs cljc edn',
  cmake: 'cmake',
  cobol: 'cob cbl',
  cpp: 'cc cpp cxx hh hpp hxx ino',
  csharp: 'cs',
  css: 'css',
  csv: 'csv tsv',
  dart: 'dart',
  diff: 'diff patch',
  docker: 'dockerfile',
  elixir: 'ex exs',
  erlang: 'erl hrl',
  fortran: 'f90 f95 f03',
  fsharp: 'fs fsx',
  go: 'go',
  graphql: 'graphql gql',
  groovy: 'groovy gradle',
  haskell: 'hs',
  html: 'html htm xhtml',
  ini: 'ini cfg conf properties desktop service',
  java: 'java',
  javascript: 'js mjs cjs',
  json: 'json jsonc json5 webmanifest geojson ipynb jsonl ndjson',
  jsx: 'jsx',
  julia: 'jl',
  kotlin: 'kt kts',
  latex: 'tex sty cls bib',
  less: 'less',
  lua: 'lua',
  make: 'mk mak',
  markdown: 'md markdown mdx',
  nix: 'nix',
  'objective-c': 'm mm',
  ocaml: 'ml mli',
  pascal: 'pas pp',
  perl: 'pl pm',
  php: 'php',
  powershell: 'ps1 psm1',
  proto: 'proto',
  python: 'py pyw pyi',
  r: 'r',
  rst: 'rst',
  ruby: 'rb gemspec',
  rust: 'rs',
  scala: 'scala sc',
  scheme: 'scm ss lisp el',
  scss: 'scss sass',
  shell: 'sh bash zsh fish',
  sql: 'sql',
  svelte: 'svelte',
  swift: 'swift',
  toml: 'toml',
  tsx: 'tsx',
  typescript: 'ts mts cts',
  vb: 'vb vbs',
  vue: 'vue',
  wasm: 'wat wast',
  xml: 'xml xsl xslt xsd plist svg rss atom kml gpx opf ncx',
  yaml: 'yaml yml',
  zig: 'zig',
}

/** Files that are known by their name. */
const names = new Map<string, Language>(
  Object.entries({
    dockerfile: 'docker',
    makefile: 'make',
    gnumakefile: 'make',
    'cmakelists.txt': 'cmake',
    gemfile: 'ruby',
    rakefile: 'ruby',
    '.bashrc': 'shell',
    '.profile': 'shell',
    '.zshrc': 'shell',
    '.gitconfig': 'ini',
    '.editorconfig': 'ini',
  }),
)

const byExtension = new Map<string, Language>(
  Object.entries(extensions).flatMap(([language, list]) =>
    list.split(' ').map((extension) => [extension, language as Language] as const),
  ),
)

/** What a text is written in; null where it is not coloured. */
export function languageOf({ extension, name }: Pick<Entry, 'extension' | 'name'>): Language | null {
  return names.get(name.toLowerCase()) ?? byExtension.get(extension) ?? null
}
