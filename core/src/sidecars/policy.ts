import { type DeviceProfile, SidecarKind, sidecarKinds, type SidecarPolicy } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import type { Generator, Output } from './generators/index.ts'

/** What a device makes. */
export interface DevicePolicy {
  readonly device: DeviceProfile
  /** What differs from what is usual for such a device. */
  readonly kinds: SidecarPolicy
  /** Nothing is made of larger files, in bytes. */
  readonly maxFileBytes: number
}

/** What is usual. A kind that is not named is made when somebody asks for it. */
const profiles: Readonly<Record<DeviceProfile, SidecarPolicy>> = {
  desktop: {
    thumb: 'grid@2x+detail@1x+grid@3x',
    ocr: 'on',
    text: 'on',
    transcript: 'on',
    embeddings: 'on',
    'live-photo-video': 'on',
  },
  mobile: { thumb: 'grid@2x+icon@1x' },
}

/** What a generator is to make of the contents of a location: the location's choice, else the device's, else what is usual. */
export function wantedOutputs(
  generator: Generator,
  { device, kinds }: DevicePolicy,
  location: SidecarPolicy,
): readonly Output[] {
  const { kind } = generator
  const usual = profiles[device][kind]
  const choice = location[kind] ?? kinds[kind] ?? usual ?? 'off'
  if (choice === 'off') return []
  const named = choice === 'on' ? (usual ?? 'on') : choice
  return named === 'on' || named === 'off' ? generator.outputs : outputsOf(generator, named.split('+'))
}

/** Whether files of a location that belong to others are to be known as such; they are, unless somebody says no. */
export function wantsCompanions(kind: SidecarKind, { kinds }: DevicePolicy, location: SidecarPolicy): boolean {
  return (location[kind] ?? kinds[kind] ?? 'on') !== 'off'
}

/** The files that variants are; a variant the generator does not have is none. */
export function outputsOf(generator: Generator, variants: readonly string[]): Output[] {
  return variants
    .filter((variant) => generator.variants.includes(variant))
    .flatMap((variant) => {
      const usual = generator.outputs.filter((output) => output.variant === variant)
      return usual.length > 0 ? usual : [{ variant, format: generator.outputs[0]!.format }]
    })
}

/**
 * A policy as it is typed: `thumb=grid@2x+icon@1x`, `ocr=off`; `ocr=default` takes a choice back. Throws `InvalidInput`,
 * with what there is.
 */
export function changePolicy(
  before: SidecarPolicy,
  choices: readonly string[],
  generators: readonly Generator[],
): SidecarPolicy {
  const policy: SidecarPolicy = { ...before }
  for (const text of choices) {
    const [name = '', choice = ''] = text.split('=', 2)
    const kind = SidecarKind.safeParse(name)
    if (!kind.success || choice === '')
      throw new CoreError(
        'InvalidInput',
        `a policy is kind=on, kind=off, kind=default or kind=variant+variant, not "${text}"; kinds are ${sidecarKinds.join(', ')}`,
      )
    if (choice === 'default') delete policy[kind.data]
    else policy[kind.data] = checked(kind.data, choice, generators)
  }
  return policy
}

function checked(kind: SidecarKind, choice: string, generators: readonly Generator[]): string {
  if (choice === 'on' || choice === 'off') return choice
  const variants = generators.find((each) => each.kind === kind)?.variants ?? []
  const unknown = choice.split('+').find((variant) => !variants.includes(variant))
  if (unknown === undefined) return choice
  const there = variants.length > 0 ? `there are ${variants.join(', ')}` : 'nothing here makes that kind'
  throw new CoreError('InvalidInput', `there is no ${kind} ${unknown}; ${there}`)
}
