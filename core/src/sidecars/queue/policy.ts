import {
  choiceFault,
  type DeviceProfile,
  SidecarKind,
  sidecarKindFacts,
  sidecarKinds,
  type SidecarPolicy,
} from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Generator, Output } from '../generators/index.ts'

/** The sidecar settings of a device. */
export interface DevicePolicy {
  readonly device: DeviceProfile
  /** The choices that differ from the defaults of the profile. */
  readonly kinds: SidecarPolicy
  /** Limit on the size of files in bytes: no sidecars are made for larger files. */
  readonly maxFileBytes: number
}

/**
 * The sidecars that a generator makes for the contents of a location. The choice of the location comes first, then that
 * of the device, then the default.
 */
export function wantedOutputs(
  generator: Generator,
  { device, kinds }: DevicePolicy,
  location: SidecarPolicy,
): readonly Output[] {
  const { kind } = generator
  const usual = sidecarKindFacts[kind].usual[device]
  const choice = location[kind] ?? kinds[kind] ?? usual
  if (choice === 'off') return []
  const named = choice === 'on' ? usual : choice
  return named === 'on' || named === 'off' ? generator.outputs : outputsOf(generator, named.split('+'))
}

/** Whether a location tracks companion files of this kind; true unless a setting says `off`. */
export function wantsCompanions(kind: SidecarKind, { kinds }: DevicePolicy, location: SidecarPolicy): boolean {
  return (location[kind] ?? kinds[kind] ?? 'on') !== 'off'
}

/** The outputs of variants; variants that the generator does not have are left out. */
export function outputsOf(generator: Generator, variants: readonly string[]): Output[] {
  return variants
    .filter((variant) => generator.variants.includes(variant))
    .flatMap((variant) => {
      const usual = generator.outputs.filter((output) => output.variant === variant)
      return usual.length > 0 ? usual : [{ variant, format: generator.outputs[0]!.format }]
    })
}

/**
 * Applies choices as a user types them: `thumb=grid@2x+icon@1x`, `ocr=off`; `ocr=default` removes a choice. Throws
 * `InvalidInput`, whose message lists the existing variants.
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
    else {
      const fault = choiceFault(kind.data, choice, variantsOf(kind.data, generators))
      if (fault !== null) throw new CoreError('InvalidInput', fault)
      policy[kind.data] = choice
    }
  }
  return policy
}

/** The variants of a kind; none if no generator makes the kind. */
export function variantsOf(kind: SidecarKind, generators: readonly Generator[]): readonly string[] {
  return generators.find((each) => each.kind === kind)?.variants ?? []
}
