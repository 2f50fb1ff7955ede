import { z } from 'zod'
import { SidecarKind } from './sidecar.ts'

/**
 * The choice for one kind of sidecars, as the user types it: `on` (the usual variants), `off`, or variants such as
 * `grid@2x+icon@1x`.
 */
export const KindChoice = z
  .string()
  .regex(/^[a-z0-9][a-z0-9@._-]{0,63}(\+[a-z0-9][a-z0-9@._-]{0,63})*$/i, 'it is on, off, or variants joined by +')

/** Returns a message if a choice names a variant that does not exist; null if all exist. */
export function choiceFault(kind: SidecarKind, choice: string, variants: readonly string[]): string | null {
  if (choice === 'on' || choice === 'off') return null
  const unknown = choice.split('+').find((variant) => !variants.includes(variant))
  if (unknown === undefined) return null
  const existing = variants.length > 0 ? `there are ${variants.join(', ')}` : 'no generator makes that kind'
  return `there is no ${kind} ${unknown}; ${existing}`
}

/** The user's choices, by kind. A location uses the device's choice for the other kinds. */
export const SidecarPolicy = z.partialRecord(SidecarKind, KindChoice)
export type SidecarPolicy = z.infer<typeof SidecarPolicy>

/** Device profiles, which have different default sidecars. */
export const deviceProfiles = ['desktop', 'mobile'] as const
export type DeviceProfile = (typeof deviceProfiles)[number]

/** How much of the machine's power sidecar generation may use. */
export const sidecarSpeeds = ['gentle', 'normal', 'fast'] as const
export type SidecarSpeed = (typeof sidecarSpeeds)[number]
