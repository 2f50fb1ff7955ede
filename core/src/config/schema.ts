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

/** A WebP quality. */
function quality(usual: number, what: string) {
  return withTraits(z.int().min(1).max(100).default(usual).describe(`quality of ${what}: 1 to 100`), {
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
function serverAddress(what: string, example: string) {
  return url().describe(`a server that ${what}, with the interface of OpenAI: ${example}; empty: none`)
}

/** A setting for the name of the environment variable with a server's key. */
function keyVariable() {
  return z
    .string()
    .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/)
    .default('')
    .describe(
      'the environment variable of the daemon that holds the key for the server; the key itself is kept nowhere',
    )
}

/** A setting for the folder of a package that the user installs. */
function packageFolder(what: string) {
  return text(MAX_PATH).describe(`the folder ${what}, was installed in`)
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
      enabled: z.boolean().default(true).describe('keep up with changes as they happen'),
      debounceMs: z
        .int()
        .min(10)
        .max(10_000)
        .default(100)
        .describe('how long a burst of changes must be quiet, in milliseconds'),
    })
    .prefault({}),
  indexing: z
    .object({
      walkers: z.int().min(1).max(16).default(2).describe('threads that walk folders'),
      hashers: z.int().min(1).max(16).default(2).describe('threads that read files to identify their content'),
    })
    .prefault({}),
  jobs: z
    .object({
      keepEnded: z.int().min(0).max(100_000).default(1_000).describe('how many ended jobs stay listed'),
    })
    .prefault({}),
  sidecars: z
    .object({
      device: z
        .enum(deviceProfiles)
        .default('desktop')
        .describe('what is usual for this device: mobile makes two small thumbnails, desktop all a person looks for'),
      ...choices(),
      maxFileBytes: z.int().min(0).default(17_179_869_184).describe('nothing is made of larger files, in bytes'),
      speed: withTraits(
        z
          .enum(sidecarSpeeds)
          .default('normal')
          .describe(
            'how much of the machine sidecars take: gentle one file at a time, and what can wait does where others are busy; normal up to four, and what can wait does on a battery; fast all cores, always',
          ),
        { onlyPaces: true },
      ),
      quotaBytes: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'what all sidecars of a library may take, in bytes; the least needed is given up first; 0: any number',
        ),
      keepFreeBytes: withTraits(
        z
          .int()
          .min(0)
          .default(536_870_912)
          .describe(
            'nothing new is made while less than this is free on the disk, in bytes; 0: it is made to the last',
          ),
        { onlyPaces: true },
      ),
    })
    .prefault({}),
  thumbnails: z
    .object({
      iconQuality: quality(80, 'the smallest thumbnails, icon@1x and icon@2x'),
      gridQuality: quality(85, 'thumbnails in a grid, grid@1x to grid@3x'),
      detailQuality: quality(90, 'the largest thumbnails, detail@1x and detail@2x'),
    })
    .prefault({}),
  ocr: z
    .object({
      languages: withTraits(
        z
          .string()
          .regex(/^([A-Za-z_]+(\+[A-Za-z_]+)*)?$/)
          .default('')
          .describe('codes of the languages read, such as eng+deu; empty: the system’s and English, then others'),
        { check: languagesFault },
      ),
    })
    .prefault({}),
  embeddings: z
    .object({
      url: serverAddress('turns texts into vectors', 'http://localhost:11434/v1'),
      model: text(MAX_NAME).describe('what the server calls the model; for a local one, what its sidecars are called'),
      keyVariable: keyVariable(),
      folder: text(MAX_PATH).describe(
        'a local model: a folder with onnx/model.onnx and tokenizer.json; used where no server is named',
      ),
      runtime: packageFolder('onnxruntime-node, which runs local models'),
      builtIn: z
        .boolean()
        .default(true)
        .describe('if no other model is named, use the one that comes with Spacedrive, which reads English'),
      textPrefix: text(MAX_NAME).describe('prefix that the model expects before each text, such as "passage: "'),
      queryPrefix: text(MAX_NAME).describe('prefix that the model expects before each query, such as "query: "'),
    })
    .prefault({}),
  transcript: z
    .object({
      engine: z
        .enum(['auto', 'whisper-cli', 'sherpa-onnx', 'server'])
        .default('auto')
        .describe('what hears: auto takes the one the model is for, and the server where no model is set'),
      model: text(MAX_PATH).describe(
        'a local model: a file of whisper.cpp such as ggml-base.bin, or a folder of sherpa-onnx; empty: none',
      ),
      language: z
        .string()
        .regex(/^(auto|[a-z]{2,3})$/)
        .default('auto')
        .describe('the code of the language spoken, such as en; auto: found out for each recording'),
      url: serverAddress('hears', 'http://localhost:8000/v1'),
      serverModel: z.string().max(MAX_NAME).default('whisper-1').describe('what the server calls the model'),
      keyVariable: keyVariable(),
      runtime: packageFolder('sherpa-onnx-node, which runs the models of sherpa-onnx'),
    })
    .prefault({}),
  volumes: z
    .object({
      refreshMs: z
        .int()
        .min(1_000)
        .default(30_000)
        .describe('how often space and mounts are looked at, in milliseconds'),
    })
    .prefault({}),
  prefetch: z
    .object({
      eager: withTraits(
        kinds('thumb').describe(
          'kinds that are fetched as soon as another device of the library has made them, joined by +',
        ),
        { ofLibrary: true },
      ),
      never: withTraits(
        kinds('proxy').describe('kinds that are only fetched when somebody asks for them, joined by +'),
        { ofLibrary: true },
      ),
      makeHere: kinds('').describe('kinds this device makes itself rather than fetches, joined by +'),
      concurrent: z.int().min(1).max(16).default(3).describe('how many batches are fetched ahead at once'),
      maxBytesPerSecond: z.int().min(0).default(0).describe('what fetching ahead may take of the line; 0: all of it'),
    })
    .prefault({}),
  network: z
    .object({
      enabled: z.boolean().default(false).describe('connect to paired devices; `network start` and `stop` change it'),
      port: z.int().min(0).max(65_535).default(0).describe('UDP port that devices connect to; 0: any'),
      address: text(MAX_ADDRESS).describe('the IP address of this machine that is listened at; empty: all of them'),
      relay: url().describe(
        'URL of a relay through which devices reach each other where there is no other way; empty: none, and nothing outside the local network is contacted',
      ),
      rendezvous: url().describe(
        'URL of a relay where devices leave word for each other, sealed, so that they find each other in other networks; empty: none',
      ),
      discovery: z.boolean().default(true).describe('look for paired devices on the local network'),
      strangers: z
        .enum(['local', 'anywhere'])
        .default('local')
        .describe(
          'where a device that is not paired yet may come from while a pairing code is active: local, the local network and the relay that is set; anywhere, the internet as well. A rendezvous that is set means anywhere',
        ),
      portMapping: z
        .enum(['off', 'on'])
        .default('off')
        .describe(
          'ask the router (UPnP) to forward one UDP port to this device, so that paired devices reach it from the internet; the router forwards nothing else, and nothing after networking has stopped',
        ),
      bulkPort: z
        .int()
        .min(0)
        .max(65_535)
        .default(0)
        .describe('TCP port that files are sent from; 0: any. The other side connects to it'),
      maxBytesPerSecond: z
        .int()
        .min(0)
        .default(0)
        .describe('what all files that are sent may take of the line, in bytes a second; 0: all of it'),
      metered: z
        .enum(['auto', 'yes', 'no'])
        .default('auto')
        .describe(
          'whether what goes over the line is paid for, and nothing is fetched that nobody asked for; auto: as NetworkManager says, and no where there is none',
        ),
      receive: z
        .enum(['ask', 'trusted', 'off'])
        .default('ask')
        .describe('files that a paired device offers: ask, take them at once (trusted), or refuse them (off)'),
      receiveFolder: text(MAX_PATH).describe(
        'the folder that files offered by other devices come to; empty: the download folder of the desktop, or Downloads in the home folder',
      ),
      joinLibraries: z
        .boolean()
        .default(false)
        .describe('join the libraries that paired devices share, without asking'),
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
