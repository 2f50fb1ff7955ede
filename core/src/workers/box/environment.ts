/**
 * Variables that programs depend on: paths of programs, libraries, data and fonts, language and time zone. Any other
 * variable may contain a key, which a process controlled by a hostile file must not read.
 */
const PASSED: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'TESSDATA_PREFIX',
  'MAGIC',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
  'XDG_DATA_DIRS',
  // Without these, Windows cannot start a process.
  'COMSPEC',
  'PATHEXT',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'TMPDIR',
  'WINDIR',
])

const LANGUAGE = /^LC_[A-Z]+$/

/** The environment of a decoder process; the named `variables` are passed as well. */
export function decoderEnvironment(all: NodeJS.ProcessEnv, variables: readonly string[]): NodeJS.ProcessEnv {
  // On Windows the names of variables are case-insensitive.
  const named = (name: string) => (process.platform === 'win32' ? name.toUpperCase() : name)
  const passed = new Set([...PASSED, ...variables.map(named)])
  const isPassed = (name: string) => passed.has(named(name)) || LANGUAGE.test(name)
  return Object.fromEntries(Object.entries(all).filter(([name]) => isPassed(name)))
}
