/** What `performance.memory` of Chromium tells, in bytes. */
export interface ScriptHeap {
  /**
   * The heap of this page's isolate in use, garbage included; other pages of the site may share it.
   */
  readonly usedBytes: number
  /** Where the engine ends the page. */
  readonly limitBytes: number
}

/**
 * What `performance.measureUserAgentSpecificMemory()` tells, in bytes: live memory,
 * after a collection.
 */
export interface PageMeasurement {
  /** Everything that is counted for the page: scripts, DOM, canvases, workers, frames. */
  readonly totalBytes: number
  /** The script heaps of windows, which share one limit; those of workers have their own. */
  readonly scriptBytes: number
}

/** Everything the monitor learns about the page. */
export interface BrowserSources {
  /**
   * Memory of the device in bytes, rounded and capped by the browser; `undefined`
   * where it does not tell.
   */
  readonly deviceBytes: number | undefined
  /** Whether the page may be measured: the browser can, and the page is cross-origin isolated. */
  readonly measures: boolean
  /** `undefined` where the engine does not tell. */
  scriptHeap(): ScriptHeap | undefined
  /** Resolves after the next collection, which may take the browser many seconds. */
  measure(): Promise<PageMeasurement>
}

interface MeasuredMemory {
  readonly bytes: number
  readonly breakdown?: readonly {
    readonly bytes: number
    readonly types: readonly string[]
    readonly attribution: readonly { readonly scope?: string }[]
  }[]
}

interface HostPage {
  readonly crossOriginIsolated?: boolean
  readonly navigator?: { readonly deviceMemory?: unknown }
  readonly performance?: {
    readonly memory?: { readonly usedJSHeapSize?: unknown; readonly jsHeapSizeLimit?: unknown }
    measureUserAgentSpecificMemory?(): Promise<MeasuredMemory>
  }
}

const gibibyte = 2 ** 30

/**
 * The sources of the running page; where there is none, such as in an engine that tells
 * nothing, they say so.
 */
export function pageSources(): BrowserSources {
  const page = globalThis as unknown as HostPage
  const { deviceMemory } = page.navigator ?? {}
  return {
    deviceBytes:
      typeof deviceMemory === 'number' && deviceMemory > 0 ? deviceMemory * gibibyte : undefined,
    get measures() {
      const present = typeof page.performance?.measureUserAgentSpecificMemory === 'function'
      return present && page.crossOriginIsolated === true
    },
    scriptHeap() {
      const { usedJSHeapSize: used, jsHeapSizeLimit: limit } = page.performance?.memory ?? {}
      if (typeof used !== 'number' || typeof limit !== 'number' || !(limit > 0)) return undefined
      return { usedBytes: used, limitBytes: limit }
    },
    async measure() {
      const measured = await page.performance?.measureUserAgentSpecificMemory?.()
      if (measured === undefined) throw new TypeError('this page cannot be measured')
      return pageMeasurement(measured)
    },
  }
}

/** Sums up what was measured; pure. A browser that breaks nothing down counts whole as scripts. */
export function pageMeasurement({ bytes, breakdown = [] }: MeasuredMemory): PageMeasurement {
  let scriptBytes = 0
  let windows = 0
  for (const { bytes: part, types, attribution } of breakdown) {
    if (!types.includes('JavaScript') || !attribution.some(({ scope }) => scope === 'Window'))
      continue
    scriptBytes += part
    windows++
  }
  return { totalBytes: bytes, scriptBytes: windows === 0 ? bytes : scriptBytes }
}
