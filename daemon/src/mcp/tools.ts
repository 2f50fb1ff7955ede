import { archiveTool, duplicatesTool, infoTool, listTool, sizesTool, uniqueTool } from './file-tools.ts'
import { jobsTool, librariesTool, locationsTool, statisticsTool, volumesTool } from './library-tools.ts'
import { mediaTool, searchTool, textTool, timelineTool } from './search-tools.ts'
import type { Tool } from './tool.ts'

/** All tools. There are at most fifteen, because a model keeps all their descriptions in its context. */
export const tools: readonly Tool[] = [
  librariesTool,
  locationsTool,
  volumesTool,
  listTool,
  searchTool,
  infoTool,
  textTool,
  sizesTool,
  duplicatesTool,
  uniqueTool,
  archiveTool,
  mediaTool,
  timelineTool,
  statisticsTool,
  jobsTool,
]
