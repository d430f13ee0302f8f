export {
  AlertEngine,
  type AlertEngineEvents,
  type AlertEngineStatus,
} from './alerts/alert-engine.ts'
export type { AlertState } from './alerts/alert-state.ts'
export { type AlertmanagerSinkOptions, alertmanagerSink } from './alerts/alertmanager-sink.ts'
export type { AlertGroupField } from './alerts/delivery-book.ts'
export type { AlertEngineOptions } from './alerts/engine-options.ts'
export type { HttpSinkOptions } from './alerts/http-target.ts'
export { type AlertLogger, loggerSink } from './alerts/logger-sink.ts'
export type { HttpRetryOptions } from './alerts/retry.ts'
export { type AlertRule, defaultAlertRules } from './alerts/rule.ts'
export type { AlertSeverity } from './alerts/severity.ts'
export {
  type AlertDelivery,
  type AlertNotification,
  type AlertSink,
  type AlertSinkContext,
  functionSink,
} from './alerts/sink.ts'
export type { AlertDeliveryEvent, AlertFailureEvent, AlertSinkStatus } from './alerts/sink-lane.ts'
export type { AlertRateLimit } from './alerts/token-bucket.ts'
export { type WebhookSinkOptions, webhookSink } from './alerts/webhook-sink.ts'
export { type HeapDeathPoint, type HeapDeathPointOptions, heapDeathPoint } from './death-point.ts'
export { EvidenceCollector, type EvidenceEvent, type EvidenceEvents } from './evidence/collector.ts'
export type { EvidenceFile, EvidenceKind } from './evidence/evidence-file.ts'
export type {
  EvidenceCollectorOptions,
  EvidenceMonitor,
  EvidenceOptions,
  HeapProfileOptions,
  HeapSnapshotOptions,
} from './evidence/options.ts'
export type { EvidenceOmission } from './evidence/report.ts'
export type { ForecastInterval, MemoryForecast } from './forecast/memory-forecast.ts'
export type { GcStrikes } from './gc-strain.ts'
export type { BucketsJson, HistoryJson } from './history/history-json.ts'
export type { HistoryOptions } from './history/history-options.ts'
export type {
  HistoryField,
  HistoryPoint,
  HistoryResolution,
  LevelTimes,
  RatioSummary,
} from './history/history-point.ts'
export type { HistorySample } from './history/history-sample.ts'
export {
  type HistoryRange,
  MemoryHistory,
  type MemoryHistoryView,
} from './history/memory-history.ts'
export type { HistoryTrend } from './history/trend.ts'
export type {
  LeaveReason,
  Member,
  MemberContainer,
  MemberHeap,
  MemberJoinedEvent,
  MemberLeftEvent,
  MemberLevelEvent,
  MemberReading,
} from './members/member.ts'
export type { MembersView, MembersViewEvents } from './members/members-view.ts'
export { type ReportMemoryOptions, reportMemory } from './members/report-memory.ts'
export type { MembersTotal } from './members/total.ts'
export {
  type WatchClusterOptions,
  type WatchThreadsOptions,
  watchCluster,
  watchThreads,
} from './members/watch.ts'
export type { WatchedMonitor } from './members/watched-monitor.ts'
export { MemoryMonitor, type MemoryMonitorEvents } from './monitor.ts'
export type { MemoryMonitorOptions, MemoryMonitorSwitches } from './options.ts'
export type { CollectionCounts, HeapSnapshot, MemorySample, MemorySnapshot } from './sample.ts'
export type { SelfTestOptions } from './self-test/options.ts'
export type { SelfTestDeath, SelfTestResult } from './self-test/result.ts'
export { selfTest } from './self-test/self-test.ts'
export type { Signal, SignalName } from './signal.ts'
export type { ContainerEvents, ContainerReading } from './sources/container-group.ts'
export type { HostReading } from './sources/host.ts'
export type { ProcessReading } from './sources/process.ts'
export type { StallReading } from './sources/psi.ts'
export { assignCohort, type CohortShares } from './tuning/cohort.ts'
export type {
  ExperimentAssignment,
  ExperimentCohort,
  ExperimentOptions,
} from './tuning/experiment.ts'
export type { LevelSettings } from './tuning/level-settings.ts'
export { recommend } from './tuning/recommend.ts'
export type {
  HeapAdvice,
  LoadSummary,
  Recommendation,
  RecommendOptions,
} from './tuning/recommendation.ts'
export { ShadowLevels, type ShadowOptions, type ShadowThresholds } from './tuning/shadow-levels.ts'
export type {
  Disagreement,
  LevelRecord,
  ShadowEvent,
  ShadowSnapshot,
} from './tuning/shadow-report.ts'
