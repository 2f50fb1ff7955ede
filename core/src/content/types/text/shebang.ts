/** The language of a script, from the interpreter in its first line; null if the interpreter is missing or unknown. */
export function shebangType(text: string): string | null {
  const line = /^#!\s*([^\n]*)/.exec(text)?.[1]
  if (line === undefined) return null
  const words = line.trim().split(/\s+/)
  const program = words[0]!.endsWith('/env')
    ? words.slice(1).find((word) => !word.startsWith('-') && !word.includes('='))
    : words[0]
  const name = (program ?? '').split('/').pop()!
  return typesByInterpreter.get(name.replace(/[\d.]+$/, '')) ?? (name === '' ? null : 'shell')
}

const typesByInterpreter = new Map(
  Object.entries({
    sh: 'shell',
    bash: 'shell',
    zsh: 'shell',
    ksh: 'shell',
    dash: 'shell',
    ash: 'shell',
    fish: 'fish',
    node: 'javascript',
    deno: 'typescript',
    bun: 'typescript',
    'ts-node': 'typescript',
    tsx: 'typescript',
    python: 'python',
    pypy: 'python',
    ruby: 'ruby',
    perl: 'perl',
    php: 'php',
    lua: 'lua',
    luajit: 'lua',
    awk: 'awk',
    gawk: 'awk',
    mawk: 'awk',
    sed: 'sed',
    tclsh: 'tcl',
    wish: 'tcl',
    expect: 'tcl',
    Rscript: 'r',
    julia: 'julia',
    runhaskell: 'haskell',
    stack: 'haskell',
    ocaml: 'ocaml',
    escript: 'erlang',
    elixir: 'elixir',
    clojure: 'clojure',
    bb: 'clojure',
    guile: 'scheme',
    racket: 'scheme',
    sbcl: 'lisp',
    groovy: 'groovy',
    scala: 'scala',
    kotlin: 'kotlin',
    swift: 'swift',
    pwsh: 'powershell',
    make: 'makefile',
    osascript: 'applescript',
    crystal: 'crystal',
    dart: 'dart',
    nix: 'nix',
    'nix-shell': 'nix',
  }),
)
