import type { SidecarKind } from '../../domain/index.ts'
import type { KnownLocation, LocationMap } from '../../location/index.ts'
import type { Generator } from '../generators/index.ts'
import type { SidecarSort } from '../rows/upkeep-rows.ts'
import { type DevicePolicy, wantedOutputs } from './policy.ts'

export interface WantedSidecarsDeps {
  readonly generators: () => readonly Generator[]
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
}

/** A kind that no engine of this device can make now, with the reason in one line. */
export interface UnavailableKind {
  readonly kind: SidecarKind
  readonly reason: string
}

/** The variants that the policy of at least one location wants. */
export function wantedVariants({ generators, locations, policy }: WantedSidecarsDeps): SidecarSort[] {
  const device = policy()
  return locations()
    .all()
    .flatMap((location) =>
      generators().flatMap((generator) =>
        wantedOutputs(generator, device, location.policy).map(({ variant }) => ({ kind: generator.kind, variant })),
      ),
    )
}

/** The kinds that a policy wants, but that cannot be made now: for one location, or for all. */
export async function unavailableKinds(
  { generators, locations, policy }: WantedSidecarsDeps,
  location?: KnownLocation,
): Promise<UnavailableKind[]> {
  const device = policy()
  const places = location ? [location] : locations().all()
  const isWanted = (generator: Generator) =>
    places.some((each) => wantedOutputs(generator, device, each.policy).length > 0)
  const reasons = await Promise.all(
    generators()
      .filter(isWanted)
      .map(async (generator) => {
        const reason = (await generator.unavailable?.()) ?? null
        return reason === null ? null : { kind: generator.kind, reason }
      }),
  )
  return reasons.filter((each) => each !== null)
}
