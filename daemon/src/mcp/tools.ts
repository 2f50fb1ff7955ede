import { archiveTool, duplicatesTool, infoTool, listTool, sizesTool } from './file-tools.ts'
import { jobsTool, librariesTool, locationsTool, statisticsTool, volumesTool } from './library-tools.ts'
import { mediaTool, searchTool, textTool, timelineTool } from './search-tools.ts'
import type { Tool } from './tool.ts'

/** Every tool there is. A model has all of them in mind at once: at most fifteen. */
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
  archiveTool,
  mediaTool,
  timelineTool,
  statisticsTool,
  jobsTool,
]
