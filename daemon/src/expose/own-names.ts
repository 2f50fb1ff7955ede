import { hostname, networkInterfaces } from 'node:os'

/** The present names and addresses of this machine, as URLs contain them. Names for other machines come first. */
export function ownNames(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  // Addresses of a link have a zone, which no address of a page can have.
  const usable = all.filter(({ address }) => !address.startsWith('fe80:'))
  const addresses = [...usable.filter(({ internal }) => !internal), ...usable.filter(({ internal }) => internal)]
  const name = hostname().toLowerCase()
  const names = /^[a-z\d.-]+$/.test(name) ? [name, ...(name.includes('.') ? [] : [`${name}.local`])] : []
  return [...new Set([...names, ...addresses.map(({ address }) => address), 'localhost'])]
}

/** As it stands in an address of a page. */
export function inAddress(name: string): string {
  return name.includes(':') ? `[${name}]` : name
}
