import { serveProcess } from '../../workers/serve-process.ts'
import { type CompareReport, type CompareRequest, compareTrees } from './compare-trees.ts'

serveProcess<CompareRequest, CompareReport>((request, progress) => compareTrees(request, () => progress(0)))
