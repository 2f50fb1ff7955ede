import { cliStart } from './cli-start.ts'
import { contentLarge } from './content-large.ts'
import { contentSmall } from './content-small.ts'
import { decoderStart } from './decoder-start.ts'
import { duplicates } from './duplicates.ts'
import { explorer } from './explorer.ts'
import { explorerSlow } from './explorer-slow.ts'
import { firstHour } from './first-hour.ts'
import { fullHash } from './full-hash.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { indexCold } from './index-cold.ts'
import { indexShallow } from './index-shallow.ts'
import { jobs } from './jobs.ts'
import { listing } from './listing.ts'
import { mainThread } from './main-thread.ts'
import { mediaRanges } from './media-ranges.ts'
import { memory } from './memory.ts'
import { metadata } from './metadata.ts'
import { networkConnect } from './network-connect.ts'
import { networkLink } from './network-link.ts'
import { networkMesh } from './network-mesh.ts'
import { networkSidecars } from './network-sidecars.ts'
import { ocr } from './ocr.ts'
import { quality } from './quality.ts'
import { rescan } from './rescan.ts'
import { restart } from './restart.ts'
import { search } from './search.ts'
import { sidecarDaemon } from './sidecar-daemon.ts'
import { sidecarSecondRun } from './sidecar-second-run.ts'
import { textMissing } from './text-missing.ts'
import { textSearch } from './text-search.ts'
import { thumbnails } from './thumbnails.ts'
import { thumbnailsHeic } from './thumbnails-heic.ts'
import { thumbnailsPdf } from './thumbnails-pdf.ts'
import { transcript } from './transcript.ts'
import { transfer } from './transfer.ts'
import { vectorSearch } from './vector-search.ts'
import { video } from './video.ts'
import { watch } from './watch.ts'

/** Every benchmark, in the order of the page. */
export const benchmarks: readonly Benchmark[] = [
  indexShallow,
  indexCold,
  rescan,
  restart,
  search,
  textMissing,
  textSearch,
  vectorSearch,
  listing,
  contentSmall,
  contentLarge,
  fullHash,
  duplicates,
  watch,
  jobs,
  memory,
  mainThread,
  mediaRanges,
  explorer,
  explorerSlow,
  firstHour,
  cliStart,
  decoderStart,
  thumbnails,
  thumbnailsHeic,
  thumbnailsPdf,
  sidecarSecondRun,
  sidecarDaemon,
  video,
  metadata,
  ocr,
  quality,
  transcript,
  networkConnect,
  networkMesh,
  networkLink,
  networkSidecars,
  transfer,
]
