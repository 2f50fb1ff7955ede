import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { Device } from '../domain/index.ts'

/** What the machine is made of, as far as the system says without asking for rights. */
export async function readHardware(): Promise<Device['hardware']> {
  const cpus = os.cpus()
  return {
    model: await readModel(),
    cpu: cpus[0]?.model.trim() || null,
    cores: cpus.length,
    memoryBytes: os.totalmem(),
  }
}

/** Linux only: elsewhere it takes a program that answers in seconds. */
async function readModel(): Promise<string | null> {
  for (const file of ['/sys/class/dmi/id/product_name', '/sys/firmware/devicetree/base/model']) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const model = text.replaceAll('\0', '').trim()
    if (model !== '') return model
  }
  return null
}
