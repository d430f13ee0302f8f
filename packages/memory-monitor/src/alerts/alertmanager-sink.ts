import { invalidOption, numberOption } from '@cultus/core'
import { alertKey } from './alert-state.ts'
import { type HttpSinkOptions, resolveHttpTarget } from './http-target.ts'
import { outwardLabels, timestamp } from './outward.ts'
import { postJson } from './post-json.ts'
import { checkLabels } from './rule.ts'
import type { AlertDelivery, AlertSink } from './sink.ts'

/** Settings for {@link alertmanagerSink}. */
export interface AlertmanagerSinkOptions extends HttpSinkOptions {
  /**
   * The address of Alertmanager, with its route prefix where it has one; `/api/v2/alerts` is added.
   */
  readonly url: string | URL
  /**
   * Labels for every alert, such as `{ service: 'shop', instance: 'shop-1' }`: they tell
   * the processes apart.
   *
   * @defaultValue none
   */
  readonly labels?: Readonly<Record<string, string>>
  /**
   * Annotations for every alert, such as a `runbook_url`; `summary` is always there.
   *
   * @defaultValue none
   */
  readonly annotations?: Readonly<Record<string, string>>
  /**
   * A page about the alert; Alertmanager links to it.
   *
   * @defaultValue none
   */
  readonly generatorURL?: string
  /**
   * Time after which Alertmanager takes an alert for over when it hears no more of it, in
   * milliseconds: when the process has died. It is told again four times within that.
   *
   * @defaultValue 300_000
   */
  readonly endsAfter?: number
  /** @defaultValue `'alertmanager'` */
  readonly name?: string
}

type Labels = Readonly<Record<string, string>>

/** Alerts whose labels are kept; those of older ones are left to run out. */
const mostKept = 1_000
const mostKeptOfOne = 8

/**
 * A sink that posts alerts to the v2 API of Alertmanager, and tells them again before
 * they run out there.
 *
 * Alertmanager tells alerts apart by all their labels, the severity among them. So the labels that
 * were posted are kept, and ended when the severity changes.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function alertmanagerSink(options: AlertmanagerSinkOptions): AlertSink {
  const target = resolveHttpTarget(options)
  const { labels = {}, annotations = {}, generatorURL, name = 'alertmanager' } = options
  checkLabels('labels', labels)
  checkLabels('annotations', annotations)
  if (generatorURL !== undefined && typeof generatorURL !== 'string')
    throw invalidOption('generatorURL', 'be a string', generatorURL)
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  const endsAfter = numberOption('endsAfter', options.endsAfter ?? 300_000, 1_000, 86_400_000)
  const url = new URL(target.url)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/alerts`
  const posted = new PostedLabels()

  return {
    name,
    repeatInterval: endsAfter / 4,
    async send({ alerts, at }, context) {
      const ended: { readonly key: string; readonly labels: Labels }[] = []
      const body = alerts.flatMap((alert) => {
        const key = alertKey(alert)
        const live = posted.of(key)
        const latest = live.at(-1)
        // What is told again keeps its labels, or it would be another alert.
        const now =
          alert.change === 'repeated' && latest !== undefined
            ? latest
            : outwardLabels(alert, labels)
        const firing = alert.status === 'firing'
        if (firing) posted.add(key, now)
        const over = live.filter((other) => !(firing && sameLabels(other, now)))
        if (!firing && over.length === 0) over.push(now)
        for (const other of over) ended.push({ key, labels: other })
        const shared = {
          annotations: { ...annotations, summary: alert.summary },
          startsAt: timestamp(alert.startsAt),
          ...(generatorURL !== undefined && { generatorURL }),
        }
        const endsAt = timestamp(endOf(alert, at))
        return [
          ...over.map((other) => ({ ...shared, labels: other, endsAt })),
          ...(firing ? [{ ...shared, labels: now, endsAt: timestamp(at + endsAfter) }] : []),
        ]
      })
      await postJson({ ...target, url }, JSON.stringify(body), context)
      for (const { key, labels: over } of ended) posted.remove(key, over)
    },
  }
}

/** An alert that ended before it began would be refused. */
function endOf({ endsAt, startsAt }: AlertDelivery, at: number): number {
  return Math.max(endsAt ?? at, startsAt)
}

function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** The labels under which each alert may be known to Alertmanager, the newest last. */
class PostedLabels {
  readonly #byKey = new Map<string, readonly Labels[]>()

  of(key: string): readonly Labels[] {
    return this.#byKey.get(key) ?? []
  }

  add(key: string, labels: Labels): void {
    const others = this.of(key).filter((other) => !sameLabels(other, labels))
    this.#byKey.delete(key)
    this.#byKey.set(key, [...others, labels].slice(-mostKeptOfOne))
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size > mostKept && oldest !== undefined) this.#byKey.delete(oldest)
  }

  remove(key: string, labels: Labels): void {
    const left = this.of(key).filter((other) => !sameLabels(other, labels))
    if (left.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, left)
  }
}
