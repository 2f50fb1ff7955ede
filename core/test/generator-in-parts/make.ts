import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { formatTextSidecar } from '../../src/sidecars/formats/text-sidecar.ts'
import type { Make } from '../../src/sidecars/generators/generator.ts'
import { fsPath } from '../../src/util/file-name.ts'

const LOOK_MS = 10
const engine = { name: 'in-parts', version: '1' }

/**
 * Its file says `log word word…`: each word is a page. The first page is shown at once. The others are read when
 * `<log>.go` exists. The log is told which page is begun; `endless` never finishes.
 */
export const make: Make = async ({ source, outputs, part }) => {
  const [log, ...words] = readFileSync(fsPath(source)).toString().split(' ')
  const write = (count: number, unfinished: boolean) => {
    const pages = words.slice(0, count).map((text, i) => ({ page: i + 1, text, source: 'ocr' as const }))
    for (const { path } of outputs)
      writeFileSync(path, formatTextSidecar({ engine, languages: ['eng'], pages, ...(unfinished && { unfinished }) }))
  }
  if (!existsSync(part) || words.includes('endless')) {
    appendFileSync(log!, 'first\n')
    writeFileSync(part, 'first')
    write(1, true)
    return { engine, isUnfinished: true }
  }
  appendFileSync(log!, 'others\n')
  while (!existsSync(`${log}.go`)) await setTimeout(LOOK_MS)
  write(words.length, false)
  return { engine }
}
