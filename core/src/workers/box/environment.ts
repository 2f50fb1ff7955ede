/**
 * Variables that programs go by: where they and their libraries, data and fonts lie, language and time. Any other may
 * hold a key, which a process that a hostile file has taken over must not read.
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
  // Windows starts nothing without them.
  'COMSPEC',
  'PATHEXT',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'WINDIR',
])

/** The environment of a process that decodes; `variables` are passed, too. */
export function decoderEnvironment(all: NodeJS.ProcessEnv, variables: readonly string[]): NodeJS.ProcessEnv {
  const isPassed = (name: string) =>
    PASSED.has(name.toUpperCase()) || name.startsWith('LC_') || variables.includes(name)
  return Object.fromEntries(Object.entries(all).filter(([name]) => isPassed(name)))
}
