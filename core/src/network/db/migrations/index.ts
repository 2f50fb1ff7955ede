import type { Migrations } from '../../../db/index.ts'
import * as devices from './001-devices.ts'
import * as grants from './002-grants.ts'
import * as discovery from './003-discovery.ts'
import * as transfers from './005-transfers.ts'
import * as libraries from './006-libraries.ts'
import * as offers from './007-offers.ts'
import * as strangers from './008-strangers.ts'
import * as grantFolders from './009-grant-folders.ts'
import * as transferNotes from './010-transfer-notes.ts'

export const migrations: Migrations = {
  '001-devices': devices,
  '002-grants': grants,
  '003-discovery': discovery,
  '005-transfers': transfers,
  '006-libraries': libraries,
  '007-offers': offers,
  '008-strangers': strangers,
  '009-grant-folders': grantFolders,
  '010-transfer-notes': transferNotes,
}
