import { isolate, PressureBus, type PressureForecast } from '@cultus/core'
import { MemoryMonitor } from '../monitor.ts'
import type { MemoryMonitorOptions } from '../options.ts'
import type { Classifier } from './classifier.ts'
import { ReplaySources } from './replay-sources.ts'

/**
 * Settings for {@link monitorClassifier}: those of the monitor, but for what the replay provides
 * and for what would reach beyond it.
 */
export interface MonitorClassifierOptions
  extends Omit<
    MemoryMonitorOptions,
    'bus' | 'clock' | 'sources' | 'deathPoint' | 'root' | 'alerts' | 'evidence'
  > {
  /** Called with each forecast of the monitor, at the time of the replay. */
  readonly onForecast?: (forecast: PressureForecast, now: number) => void
  /** Called at the end of each replay with the number of collections that the monitor forced. */
  readonly onEnd?: (forced: number) => void
}

/**
 * The real `MemoryMonitor` as a classifier, at the interval and with the
 * verification it would have.
 *
 * A collection that it forces finds what the trace knows was live. It sends no alerts and
 * writes no evidence.
 */
export function monitorClassifier(options: MonitorClassifierOptions = {}): Classifier {
  const { onForecast, onEnd, ...given } = options
  // Nobody is to be woken by what a trace tells: settings of a monitor in service may
  // be handed in whole.
  const { alerts, evidence, ...settings }: MemoryMonitorOptions = given
  const { name = 'memory-monitor' } = settings
  return {
    name,
    start({ trace, clock, say }) {
      const sources = new ReplaySources(trace, () => clock.now())
      const bus = new PressureBus({ clock })
      const monitor = new MemoryMonitor({
        ...settings,
        deathPoint: trace.header.deathPointBytes,
        bus,
        clock,
        sources,
      })
      monitor.on('level', ({ level }) => say(level))
      if (onForecast !== undefined)
        bus.subscribe('forecast', (forecast) =>
          isolate('`onForecast` of a replay', () => onForecast(forecast, clock.now())),
        )
      let begun = false
      return {
        observe(event) {
          sources.play(event)
          if (begun || (event.type !== 'heap' && event.type !== 'container')) return
          // Not before the first reading: until then there is nothing to measure.
          begun = true
          monitor.start()
        },
        stop() {
          monitor.stop()
          onEnd?.(sources.forced)
        },
      }
    },
  }
}
