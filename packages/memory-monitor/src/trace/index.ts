export {
  type Classifier,
  type ClassifierRun,
  classifier,
  type RatioName,
  type ReplayContext,
  ratioClassifier,
} from './classifier.ts'
export { readTrace, writeTrace } from './file.ts'
export {
  type DeathForecast,
  type ForecastOutcome,
  type ForecastScore,
  forecastOutcomes,
  type Horizon,
  scoreForecasts,
} from './forecast-score.ts'
export { formatLine, formatTrace, parseTrace } from './format.ts'
export { type MonitorClassifierOptions, monitorClassifier } from './monitor-classifier.ts'
export { TraceRecorder } from './recorder.ts'
export type { TraceRecorderOptions } from './recorder-options.ts'
export {
  type LevelSpan,
  levelSpans,
  recordedTransitions,
  replay,
  type Transition,
} from './replay.ts'
export {
  type FalseAlarms,
  type PerLevel,
  type ScoreOptions,
  score,
  type TraceScore,
  truePeak,
  worstLevel,
} from './score.ts'
export { type SyntheticTraceOptions, syntheticTrace } from './synthetic.ts'
export {
  type ContainerTraceEvent,
  durationOf,
  type EndTraceEvent,
  endOf,
  type GcTraceEvent,
  type HeapTraceEvent,
  type HeldTraceEvent,
  type LevelTraceEvent,
  type LoadTraceEvent,
  type MarkTraceEvent,
  type ProcessTraceEvent,
  type Trace,
  type TraceEnd,
  type TraceEvent,
  type TraceHeader,
  type TraceMoment,
  traceEnds,
  traceVersion,
} from './trace.ts'
export { withEnd } from './with-end.ts'
export type { WorkloadName, WorkloadSettings } from './workloads.ts'
