import { join } from 'node:path'
import { listPlaces, type Place } from './device/index.ts'
import { homeFolder } from './util/home-folder.ts'

/** Suggested folders of this machine. */
export function suggestedPlaces(): Promise<Place[]> {
  const home = homeFolder()
  const configHome = process.env['XDG_CONFIG_HOME'] || join(home, '.config')
  return listPlaces({ home, platform: process.platform, configHome })
}
