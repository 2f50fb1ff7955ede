const modifiers = ['Control', 'Shift', 'Alt', 'Meta'] as const

/** The keys that are down as `tinykeys` writes them: `Alt+Digit1`, `/`; null while only modifiers are down. */
export function keysOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>,
): string | null {
  if (modifiers.some((modifier) => modifier === event.key)) return null
  const held = [(event.ctrlKey || event.metaKey) && '$mod', event.altKey && 'Alt', event.shiftKey && 'Shift'].filter(
    (modifier) => modifier !== false,
  )
  // With a modifier what counts is where the key is: Alt+1 types something else on many keyboards.
  const key = held.some((modifier) => modifier !== 'Shift') || event.key === ' ' ? event.code : event.key
  return [...held, key].join('+')
}
