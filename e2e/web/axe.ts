import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What axe finds on a page as it is, with the rule for the size of targets that it leaves out by itself. */
export async function axe(page: Page): Promise<string[]> {
  const builder = new AxeBuilder({ page }).options({ rules: { 'target-size': { enabled: true } } })
  const { violations } = await builder.analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, SHOWN).map(({ html }) => `${id}: ${html.slice(0, LENGTH)}`),
  )
}

/** Of one rule. */
const SHOWN = 3
/** Characters of an element. */
const LENGTH = 240
