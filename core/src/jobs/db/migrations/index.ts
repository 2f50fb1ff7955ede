import type { Migrations } from '../../../db/index.ts'
import * as init from './001-init.ts'
import * as subjectAndPhase from './002-subject-and-phase.ts'
import * as items from './003-items.ts'
import * as itemsAtWork from './004-items-at-work.ts'

export const migrations: Migrations = {
  '001-init': init,
  '002-subject-and-phase': subjectAndPhase,
  '003-items': items,
  '004-items-at-work': itemsAtWork,
}
