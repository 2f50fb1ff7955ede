/** Why this cannot be sent to a server as a key, in words that follow its name; null where it can. */
export function whyNoKey(key: string): string | null {
  if (key === '') return 'is empty'
  // A line break would end the header it stands in, and what refuses that says the key.
  return /^[\x21-\x7e]+$/.test(key) ? null : 'holds something that is no key: white space, or signs beyond ASCII,'
}
