import { defineAction } from '@spacedrive/core/ops'
import { z } from 'zod'
import { type DaemonContext, served } from './context.ts'

/** The longest path that systems accept. */
const MAX_PATH = 4_096
/** Most files and folders that one download may name. Those inside of the folders are not counted. */
const MAX_PATHS = 10_000

export const prepareDownload = defineAction({
  name: 'downloads.prepare',
  scope: 'core',
  access: 'view',
  files: ['paths'],
  summary: 'Prepare a ZIP archive of files and folders for download; it is made while it is sent',
  input: z.object({
    paths: z
      .array(z.string().min(1).max(MAX_PATH))
      .min(1)
      .max(MAX_PATHS)
      .describe('absolute paths of files and folders of this device'),
  }),
  output: z.object({
    address: z.string().describe('path of the archive on this server, for GET'),
    name: z.string().describe('name of the archive'),
    expiresAt: z.iso.datetime().describe('end of the validity of the address'),
  }),
  errors: ['PermissionDenied', 'Unavailable'],
  run: ({ paths }, context: DaemonContext) => served(context).downloads.prepareReal(paths, context),
})

/** In the order of help and of the documents. */
export const operations = [prepareDownload] as const
