import { z } from 'zod'
import { sidecarKindFacts } from '../domain/sidecar-kinds.ts'
import { generatedKinds, sidecarKinds } from '../domain/stored-lists.ts'
import type { SidecarKind } from '../domain/sidecar.ts'
import { choiceFault, deviceProfiles, KindChoice, sidecarSpeeds } from '../domain/sidecar-policy.ts'

/** The version of the file's format; see `migrations.ts`. */
export const CONFIG_VERSION = 1

/** What only the running engine knows, for the checks of values. */
export interface SettingFacts {
  /** The variants of a kind; none if no generator makes the kind. */
  variantsOf(kind: SidecarKind): readonly string[]
  /** Codes of the languages whose data OCR has. */
  ocrLanguages(): Promise<readonly string[]>
}

/** What is declared with a setting, beside its schema. */
interface Traits<T> {
  /** Whether each library has its own value, which travels with it. Limits and engines belong to the device. */
  readonly ofLibrary?: boolean
  /** Whether it limits the resources for sidecars, but not which sidecars are made. */
  readonly onlyPaces?: boolean
  /** Checks a new value beyond its schema. Returns what is wrong with it and what to do, or null. */
  readonly check?: (value: T, facts: SettingFacts) => string | null | Promise<string | null>
}

const traitsBySchema = new WeakMap<z.ZodType, Traits<never>>()

/** Declares more about a setting than its schema says. Call it last: what the methods of zod return has no traits. */
export function withTraits<S extends z.ZodType>(schema: S, traits: Traits<z.output<S>>): S {
  traitsBySchema.set(schema, traits)
  return schema
}

/** A setting for one kind of sidecars; `default` means the usual variants for the device profile. */
function choice(kind: SidecarKind) {
  const { label } = sidecarKindFacts[kind]
  return withTraits(KindChoice.default('default').describe(`${label}: on, off, default, or variants joined by +`), {
    ofLibrary: true,
    check: (value, facts) => (value === 'default' ? null : choiceFault(kind, value, facts.variantsOf(kind))),
  })
}

/** The choice settings for all kinds that generators make. */
function choices() {
  const byKind = generatedKinds.map((kind) => [kind, choice(kind)])
  return Object.fromEntries(byKind) as Record<(typeof generatedKinds)[number], ReturnType<typeof choice>>
}

/** A list of kinds, joined by `+`; an empty text means none. */
function kinds(usual: string) {
  const isKnown = (kind: string) => sidecarKinds.some((known) => known === kind)
  return z
    .string()
    .refine(
      (chosen) => chosen === '' || chosen.split('+').every(isKnown),
      `it is some of ${sidecarKinds.join(', ')}, joined by +`,
    )
    .default(usual)
}

/** A setting for a WebP quality. */
function quality(usual: number, what: string) {
  return withTraits(z.int().min(1).max(100).default(usual).describe(`quality of ${what}: from 1 to 100`), {
    ofLibrary: true,
  })
}

async function languagesFault(value: string, facts: SettingFacts): Promise<string | null> {
  const installed = await facts.ocrLanguages()
  const missing = value.split('+').find((code) => code !== '' && !installed.includes(code))
  if (missing === undefined) return null
  return `no data for the language ${missing} is installed. Installed are ${installed.join(', ')}; \`spacedrive engine add ocr ${missing}\` adds it if it exists`
}

/** Limit on a server address and on a path; systems accept no longer ones. */
const MAX_ADDRESS = 2_000
const MAX_PATH = 4_096
/** Limit on the name of a model, and on a prompt that the model needs before each text. */
const MAX_NAME = 200

/** A setting for the address of a server with an OpenAI-compatible interface. */
function serverAddress(name: string, of: { does: string; example: string }) {
  return url().describe(
    `${name}: address of a server that ${of.does}, with the interface of OpenAI, such as ${of.example}; empty: none`,
  )
}

/** A setting for the name of the environment variable with a server's key. */
function keyVariable() {
  return z
    .string()
    .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/)
    .default('')
    .describe(
      'key of the server: name of the environment variable of the daemon that holds the key; the key itself is never stored',
    )
}

/** A setting for the folder of a package that the user installs. */
function packageFolder(name: string, what: string) {
  return text(MAX_PATH).describe(`folder of ${name}: where this package is installed; it ${what}`)
}

function text(maxLength: number) {
  return z.string().max(maxLength).default('')
}

/** A setting for the address of a server; may be empty. */
function url() {
  const isUrl = (value: string) => value === '' || /^https?:$/.test(URL.parse(value)?.protocol ?? '')
  return z.string().max(MAX_ADDRESS).refine(isUrl, 'it must begin with http:// or https://').default('')
}

/**
 * The settings of the engine, with their defaults. Every key is used by code, and `config explain` shows its
 * description. The process around the engine adds its own groups.
 */
export const Config = z.object({
  watch: z
    .object({
      enabled: z.boolean().default(true).describe('watch for changes: keeps the index up to date while files change'),
      debounceMs: z
        .int()
        .min(10)
        .max(10_000)
        .default(100)
        .describe('delay after changes: a burst of changes is recorded after so many milliseconds without a change'),
    })
    .prefault({}),
  indexing: z
    .object({
      walkers: z.int().min(1).max(16).default(2).describe('scan threads: number of threads that list folders'),
      hashers: z
        .int()
        .min(1)
        .max(16)
        .default(2)
        .describe('read threads: number of threads that read files to identify their content'),
    })
    .prefault({}),
  jobs: z
    .object({
      keepEnded: z
        .int()
        .min(0)
        .max(100_000)
        .default(1_000)
        .describe('finished jobs: how many of them stay in the list'),
    })
    .prefault({}),
  sidecars: z
    .object({
      device: z
        .enum(deviceProfiles)
        .default('desktop')
        .describe(
          'device profile: mobile makes two small thumbnails; desktop makes everything that searches and previews use',
        ),
      ...choices(),
      maxFileBytes: z
        .int()
        .min(0)
        .default(17_179_869_184)
        .describe('largest file: no sidecars are made of larger files; in bytes'),
      speed: withTraits(
        z
          .enum(sidecarSpeeds)
          .default('normal')
          .describe(
            'speed of sidecars: gentle makes one file at a time and postpones long work while other programs are busy; normal makes up to four at a time and postpones long work on battery power; fast always uses all cores',
          ),
        { onlyPaces: true },
      ),
      quotaBytes: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'space for sidecars: limit for all sidecars of a library, in bytes; the least needed ones are removed first; 0: no limit',
        ),
      keepFreeBytes: withTraits(
        z
          .int()
          .min(0)
          .default(536_870_912)
          .describe(
            'free space to keep: no sidecars are made while the disk has less free space than this, in bytes; 0: no limit',
          ),
        { onlyPaces: true },
      ),
    })
    .prefault({}),
  thumbnails: z
    .object({
      iconQuality: quality(80, 'the smallest thumbnails'),
      gridQuality: quality(85, 'thumbnails in a grid'),
      detailQuality: quality(90, 'the largest thumbnails'),
    })
    .prefault({}),
  ocr: z
    .object({
      languages: withTraits(
        z
          .string()
          .regex(/^([A-Za-z_]+(\+[A-Za-z_]+)*)?$/)
          .default('')
          .describe(
            'languages of text in pictures: codes joined by +, such as eng+deu; empty: the language of the system and English, then others',
          ),
        { check: languagesFault },
      ),
    })
    .prefault({}),
  embeddings: z
    .object({
      url: serverAddress('embedding server', {
        does: 'turns texts into vectors',
        example: 'http://localhost:11434/v1',
      }),
      model: text(MAX_NAME).describe(
        'name of the model: the name that the server uses; for a local model, the name that its sidecars get',
      ),
      keyVariable: keyVariable(),
      folder: text(MAX_PATH).describe(
        'folder of a local model: it contains onnx/model.onnx and tokenizer.json, and is used if no server is set',
      ),
      runtime: packageFolder('onnxruntime-node', 'runs local models'),
      builtIn: z
        .boolean()
        .default(true)
        .describe(
          'built-in model: if no other model is set, uses the model that comes with Spacedrive, which understands English',
        ),
      textPrefix: text(MAX_NAME).describe(
        'prefix of texts: words that the model expects before each text, such as "passage: "',
      ),
      queryPrefix: text(MAX_NAME).describe(
        'prefix of queries: words that the model expects before each query, such as "query: "',
      ),
    })
    .prefault({}),
  transcript: z
    .object({
      engine: z
        .enum(['auto', 'whisper-cli', 'sherpa-onnx', 'server'])
        .default('auto')
        .describe(
          'transcription engine: auto uses the engine that fits the local model, or the server if no local model is set',
        ),
      model: text(MAX_PATH).describe(
        'local model: a file of whisper.cpp, such as ggml-base.bin, or a folder of sherpa-onnx; empty: none',
      ),
      language: z
        .string()
        .regex(/^(auto|[a-z]{2,3})$/)
        .default('auto')
        .describe('spoken language: a code such as en; auto: detects the language of each recording'),
      url: serverAddress('transcription server', {
        does: 'transcribes recordings',
        example: 'http://localhost:8000/v1',
      }),
      serverModel: z
        .string()
        .max(MAX_NAME)
        .default('whisper-1')
        .describe('model on the server: the name that the server uses'),
      keyVariable: keyVariable(),
      runtime: packageFolder('sherpa-onnx-node', 'runs the models of sherpa-onnx'),
    })
    .prefault({}),
  volumes: z
    .object({
      refreshMs: z
        .int()
        .min(1_000)
        .default(30_000)
        .describe('check of volumes: how often mounts and free space are checked, in milliseconds'),
    })
    .prefault({}),
  prefetch: z
    .object({
      eager: withTraits(
        kinds('thumb').describe(
          'fetch early: kinds of sidecars, joined by +, that are fetched as soon as another device of the library has made them',
        ),
        { ofLibrary: true },
      ),
      never: withTraits(
        kinds('proxy').describe('fetch on request only: kinds of sidecars, joined by +, that are never fetched early'),
        { ofLibrary: true },
      ),
      makeHere: kinds('').describe(
        'make here: kinds of sidecars, joined by +, that this device makes itself instead of fetching them',
      ),
      concurrent: z
        .int()
        .min(1)
        .max(16)
        .default(3)
        .describe('batches at once: how many batches of sidecars are fetched early at the same time'),
      maxBytesPerSecond: z
        .int()
        .min(0)
        .default(0)
        .describe('limit for early fetching: in bytes per second; 0: no limit'),
    })
    .prefault({}),
  network: z
    .object({
      enabled: z
        .boolean()
        .default(false)
        .describe('networking: connects to paired devices; `network start` and `network stop` change it'),
      port: z.int().min(0).max(65_535).default(0).describe('network port: UDP port that devices connect to; 0: any'),
      address: text(MAX_ADDRESS).describe(
        'network address: IP address of this machine that devices connect to; empty: all of them',
      ),
      relay: url().describe(
        'relay: URL of a relay through which devices connect if there is no other way; empty: none, and nothing outside the local network is contacted',
      ),
      rendezvous: url().describe(
        'rendezvous: URL of a relay where devices leave their addresses, encrypted, so that they find each other in other networks; empty: none',
      ),
      discovery: z.boolean().default(true).describe('local discovery: looks for paired devices on the local network'),
      strangers: z
        .enum(['local', 'anywhere'])
        .default('local')
        .describe(
          'pairing range: from where an unpaired device may connect while a pairing code is active. local: from the local network and through the relay; anywhere: also from the internet. If a rendezvous is set, it is always anywhere',
        ),
      portMapping: z
        .enum(['off', 'on'])
        .default('off')
        .describe(
          'port forwarding: asks the router (UPnP) to forward one UDP port to this device, so that paired devices reach it from the internet; the router forwards nothing else, and nothing after networking has stopped',
        ),
      bulkPort: z
        .int()
        .min(0)
        .max(65_535)
        .default(0)
        .describe('transfer port: TCP port for sending files, which the receiving device connects to; 0: any'),
      maxBytesPerSecond: z
        .int()
        .min(0)
        .default(0)
        .describe('upload limit: for all files that are sent, in bytes per second; 0: no limit'),
      metered: z
        .enum(['auto', 'yes', 'no'])
        .default('auto')
        .describe(
          'metered connection: if yes, nothing is fetched without a request, because data costs money; auto: as NetworkManager says, or no without NetworkManager',
        ),
      receive: z
        .enum(['ask', 'trusted', 'off'])
        .default('ask')
        .describe('files from paired devices: ask first, accept at once (trusted), or refuse (off)'),
      receiveFolder: text(MAX_PATH).describe(
        'folder for received files: empty means the download folder of the desktop, or Downloads in the home folder',
      ),
      joinLibraries: z
        .boolean()
        .default(false)
        .describe('join shared libraries: joins the libraries that paired devices share, without asking'),
    })
    .prefault({}),
})
export type Config = z.infer<typeof Config>

/** A group of settings that the process around the engine adds. Every setting has a default and a description. */
export interface SettingGroup {
  readonly schema: z.ZodObject
  /** Whether a change takes effect without a restart. */
  readonly isLive: boolean
}
export type SettingGroups = Readonly<Record<string, SettingGroup>>
export type ValuesOf<G extends SettingGroups> = { readonly [N in keyof G]: z.output<G[N]['schema']> }

/** One setting: its dotted key, its schema and its description. */
export interface Setting {
  readonly key: string
  readonly group: string
  readonly name: string
  readonly schema: z.ZodType
  /** `name: description`. The name stands alone as a label, and the description as a hint. */
  readonly summary: string
  /** Whether a change takes effect without a restart. */
  readonly isLive: boolean
  /** Whether each library has its own value, in its `library.json`. The value of the device is then the default. */
  readonly ofLibrary: boolean
  /** Whether it limits the resources for sidecars, but not which sidecars are made. */
  readonly onlyPaces: boolean
  /** Returns what is wrong with a value that the schema allows, as a message, or null. */
  check(value: unknown, facts: SettingFacts): Promise<string | null>
}

/** Groups of the engine that take effect at once; it reads the others when it starts. */
const LIVE_GROUPS: ReadonlySet<string> = new Set([
  'sidecars',
  'thumbnails',
  'ocr',
  'embeddings',
  'transcript',
  'network',
  'prefetch',
])

const engineGroups: SettingGroups = Object.fromEntries(
  Object.entries(Config.shape).map(([name, schema]) => [
    name,
    { schema: schema.unwrap(), isLive: LIVE_GROUPS.has(name) },
  ]),
)

/** All settings, in the order of declaration: those of `groups`, then those of the engine. */
export function settingsOf(groups: SettingGroups): Setting[] {
  return Object.entries({ ...groups, ...engineGroups }).flatMap(([group, { isLive, schema: object }]) =>
    Object.entries(object.shape).map(([name, declared]) => {
      const schema = declared as z.ZodType
      const { check, ofLibrary = false, onlyPaces = false } = traitsBySchema.get(schema) ?? {}
      return {
        key: `${group}.${name}`,
        group,
        name,
        schema,
        summary: schema.description ?? '',
        isLive,
        ofLibrary,
        onlyPaces,
        // The value has passed the schema, so it has the type that the check takes.
        check: async (value, facts) => check?.(value as never, facts) ?? null,
      }
    }),
  )
}

/** The schema of all values. */
export function schemaOf<G extends SettingGroups>(groups: G): z.ZodType<Config & ValuesOf<G>> {
  const own = Object.fromEntries(Object.entries(groups).map(([name, { schema }]) => [name, schema]))
  return z.object({ ...own, ...Config.shape }) as unknown as z.ZodType<Config & ValuesOf<G>>
}
