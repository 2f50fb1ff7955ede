/**
 * A name that a rule rejects. If people also use the name for folders of their own, `evidence` must exist too. Its
 * path is relative to the folder that contains the name.
 */
export interface KnownName {
  readonly name: string
  readonly kind: 'directory' | 'file' | 'any'
  readonly evidence?: string
}

/** Files of operating systems and network drives. Windows writes some names in more than one way. */
export const systemNames: readonly KnownName[] = [
  ...files('.DS_Store', '.localized', '.apdisk', 'Icon\r', '.VolumeIcon.icns', '.com.apple.timemachine.donotpresent'),
  ...files('Thumbs.db', 'thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini', 'Desktop.ini'),
  ...files('pagefile.sys', 'hiberfil.sys', 'swapfile.sys', 'DumpStack.log.tmp'),
  ...directories('.Spotlight-V100', '.DocumentRevisions-V100', '.fseventsd', '.TemporaryItems', '.Trashes', '.Trash'),
  ...directories('.AppleDB', '.AppleDesktop', '.AppleDouble', 'Network Trash Folder', 'Temporary Items'),
  ...directories('$RECYCLE.BIN', '$Recycle.Bin', 'RECYCLER', 'System Volume Information', '$WinREAgent'),
  ...directories('lost+found', '@eaDir', '#recycle'),
]

/** `.git` is a file in a linked work tree and in a submodule. */
export const gitNames: readonly KnownName[] = [{ name: '.git', kind: 'any' }]

/** Folders that tools fetch or build and can make again, and the folders of other version control systems. */
export const devNames: readonly KnownName[] = [
  ...directories('node_modules', 'bower_components', 'jspm_packages', '.pnpm-store'),
  ...beside('package.json', '.next', '.nuxt', '.output', '.svelte-kit', '.turbo', '.parcel-cache', '.angular'),
  ...directories('__pycache__', '.mypy_cache', '.pytest_cache', '.ruff_cache', '.tox', '.nox', '.eggs'),
  ...['.venv', 'venv', '.env', 'env', 'virtualenv'].flatMap((name) => beside(`${name}/pyvenv.cfg`, name)),
  ...beside('Cargo.toml', 'target'),
  ...beside('pom.xml', 'target'),
  ...beside('build.sbt', 'target'),
  ...directories('.gradle'),
  ...['build.gradle', 'build.gradle.kts'].flatMap((evidence) => beside(evidence, 'build')),
  ...beside('pubspec.yaml', 'build', '.dart_tool'),
  ...['build', 'cmake-build-debug', 'cmake-build-release'].flatMap((name) => beside(`${name}/CMakeCache.txt`, name)),
  ...beside('obj/project.nuget.cache', 'obj', 'bin'),
  ...beside('vendor/autoload.php', 'vendor'),
  ...beside('Podfile', 'Pods'),
  ...beside('Package.swift', '.build'),
  ...beside('mix.exs', '_build', 'deps'),
  ...beside('rebar.config', '_build'),
  ...beside('elm.json', 'elm-stuff'),
  ...beside('stack.yaml', '.stack-work'),
  ...directories('dist-newstyle', '.terraform', 'zig-cache', '.zig-cache'),
  ...directories('.svn', '.hg', '.jj'),
]

/** System names that have a number in them; they all begin with a dot. */
export const systemPatterns: readonly { pattern: string; directory: boolean; matches: RegExp }[] = [
  { pattern: '.Trash-<user id>/', directory: true, matches: /^\.Trash-\d+$/ },
  { pattern: '.fuse_hidden<number>', directory: false, matches: /^\.fuse_hidden[0-9a-f]{8,}$/ },
  { pattern: '.nfs<number>', directory: false, matches: /^\.nfs[0-9a-f]{16,}$/ },
]

function files(...names: string[]): KnownName[] {
  return names.map((name) => ({ name, kind: 'file' }))
}

function directories(...names: string[]): KnownName[] {
  return names.map((name) => ({ name, kind: 'directory' }))
}

/** Folders that the rule rejects only if `evidence` exists beside them. */
function beside(evidence: string, ...names: string[]): KnownName[] {
  return names.map((name) => ({ name, kind: 'directory', evidence }))
}
