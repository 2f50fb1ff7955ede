import type { Ops } from '@spacedrive/daemon/ops'
import type { OutputOf } from '@spacedrive/client'
import { plainLines } from './plain.ts'
import type { Renderers, View } from './view.ts'

/** Loaded by feature, because a command needs one of them. */
const features: Readonly<Record<string, () => Promise<Renderers>>> = {
  libraries: async () => (await import('./libraries.ts')).libraryRenderers,
  locations: async () => (await import('./locations.ts')).locationRenderers,
  indexing: async () => (await import('./indexing.ts')).indexingRenderers,
  jobs: async () => (await import('./jobs.ts')).jobRenderers,
  files: async () => (await import('./files.ts')).fileRenderers,
  copies: async () => (await import('./copies.ts')).copyRenderers,
  media: async () => (await import('./media.ts')).mediaRenderers,
  search: async () => (await import('./search.ts')).searchRenderers,
  sidecars: async () => (await import('./sidecars.ts')).sidecarRenderers,
  statistics: async () => (await import('./statistics.ts')).statisticsRenderers,
  volumes: async () => (await import('./volumes.ts')).volumeRenderers,
  transfers: async () => (await import('./transfers.ts')).transferRenderers,
  pairing: async () => (await import('./pairing.ts')).pairingRenderers,
  offers: async () => (await import('./offers.ts')).offerRenderers,
  nearby: async () => (await import('./offers.ts')).offerRenderers,
  network: async () => (await import('./network.ts')).networkRenderers,
  devices: async () => (await import('./devices.ts')).deviceRenderers,
  engines: async () => (await import('./engines.ts')).engineRenderers,
  system: async () => (await import('./system.ts')).systemRenderers,
  sessions: async () => (await import('./sessions.ts')).sessionRenderers,
  config: async () => (await import('./config.ts')).configRenderers,
}

/** The output of an operation for a person; a plain table or list of fields if the operation has no renderer. */
export async function renderOutput<N extends keyof Ops>(
  name: N,
  output: OutputOf<N>,
  view: View,
): Promise<readonly string[]> {
  const renderers = await features[name.split('.')[0] ?? '']?.()
  const render = renderers?.[name]
  return render ? render(output, view) : plainLines(output, view)
}
