import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTempDir } from '../../../../testing/index.ts'
import { isInPlace } from './in-place.ts'

test.runIf(process.platform === 'linux')(
  'a file is in its place if the system tells its path in other case, as disks that ignore case do',
  () => {
    const dir = createTempDir()
    onTestFinished(() => dir[Symbol.dispose]())
    const path = (name: string) => join(dir.path, name)
    mkdirSync(path('dcim'))
    writeFileSync(path('dcim/a.jpg'), 'a')
    const fd = openSync(path('dcim/a.jpg'), 'r')
    onTestFinished(() => closeSync(fd))
    const asked = Buffer.from(path('DCIM/a.jpg'))
    // On a disk that tells case apart, another folder must have that name for the path to exist.
    mkdirSync(path('DCIM'))
    writeFileSync(asked, 'a')
    expect(isInPlace(asked, fd)).toBe(true)
    expect(isInPlace(Buffer.from(path('other/a.jpg')), fd)).toBe(false)
    // A link to that folder is no such disk.
    renameSync(path('DCIM'), path('was'))
    symlinkSync(path('dcim'), path('DCIM'))
    expect(isInPlace(asked, fd)).toBe(false)
  },
)
