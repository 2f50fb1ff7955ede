import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { applyFilter, filterProgram, lack, refuse } from '../box/filter.ts'
import { hideDescriptors } from '../box/own-descriptors.ts'
import { FCNTL, numberOn, SET_FLAGS, SystemCalls } from '../box/system-call.ts'

/**
 * Prints the descriptors that a started program inherits from a process with an open file, before and after they are
 * hidden. The system lacks `close_range`, or refuses it.
 */
const rule = process.argv[2] === 'refused' ? refuse : lack
const calls = new SystemCalls()
const fd = openSync('/etc/hostname', 'r')
calls.call('fcntl', numberOn(FCNTL)!, fd, SET_FLAGS, 0)
calls.call('prctl', numberOn({ x64: 157, arm64: 167 })!, 38, 1)
applyFilter(calls, filterProgram([[{ x64: 436, arm64: 436 }, rule]]))
const isInherited = () => spawnSync('/bin/sh', ['-c', `test -e /proc/self/fd/${fd}`]).status === 0
const before = isInherited()
hideDescriptors()
process.stdout.write(JSON.stringify([before, isInherited()]))
