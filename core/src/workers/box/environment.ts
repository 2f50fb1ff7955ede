/**
 * Variables that programs depend on: paths of programs, libraries, data and fonts, language and time zone. Any other
 * variable may hold a key. A process that a hostile file has taken over must not read it.
 */
const PASSED: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TESSDATA_PREFIX',
  'MAGIC',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
  'XDG_DATA_DIRS',
  // Windows cannot start a process without them.
  'COMSPEC',
  'PATHEXT',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'WINDIR',
])

/** The environment of a decoder process; the named `variables` are passed as well. */
export function decoderEnvironment(all: NodeJS.ProcessEnv, variables: readonly string[]): NodeJS.ProcessEnv {
  const isPassed = (name: string) =>
    PASSED.has(name.toUpperCase()) || name.startsWith('LC_') || variables.includes(name)
  return Object.fromEntries(Object.entries(all).filter(([name]) => isPassed(name)))
}
