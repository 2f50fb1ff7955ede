import { z } from 'zod'
import { SidecarKind } from './sidecar.ts'

/** What is made of one kind, as a person types it: `on` (what is usual), `off`, or variants: `grid@2x+icon@1x`. */
export const KindChoice = z
  .string()
  .regex(/^[a-z0-9][a-z0-9@._-]{0,63}(\+[a-z0-9][a-z0-9@._-]{0,63})*$/i, 'it is on, off, or variants joined by +')

/** What somebody has chosen, by kind; of the others holds what holds around: the device's for a location. */
export const SidecarPolicy = z.partialRecord(SidecarKind, KindChoice)
export type SidecarPolicy = z.infer<typeof SidecarPolicy>

/** Sorts of device that differ in what is worth making. */
export const deviceProfiles = ['desktop', 'mobile'] as const
export type DeviceProfile = (typeof deviceProfiles)[number]

/** How much of the machine may be taken. */
export const sidecarSpeeds = ['gentle', 'normal', 'fast'] as const
export type SidecarSpeed = (typeof sidecarSpeeds)[number]
