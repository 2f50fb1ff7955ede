import type { Migrations } from '../../../db/index.ts'
import * as init from './001-init.ts'

export const migrations: Migrations = { '001-init': init }
