import { expect, test } from 'vitest'
import { levelAlert } from '../src/alerts/level-alert.ts'

const sample = { at: 7, signal: 'heap' } as const

test('fires with the level as its severity', () => {
  expect(
    levelAlert('web', { from: 'warning', to: 'critical', ratio: 0.9 }, sample, 'full'),
  ).toEqual({
    name: 'MemoryPressure',
    source: 'web',
    severity: 'critical',
    status: 'firing',
    summary: 'memory is at critical: full',
    labels: { level: 'critical', signal: 'heap' },
    at: 7,
  })
})

test('fires on, milder, while the level falls but is not normal', () => {
  const alert = levelAlert('web', { from: 'critical', to: 'warning', ratio: 0.7 }, sample, 'full')
  expect(alert).toMatchObject({ severity: 'warning', status: 'firing' })
})

test('resolves at normal with the severity it had', () => {
  const alert = levelAlert('web', { from: 'warning', to: 'normal', ratio: 0.2 }, sample, 'calm')
  expect(alert).toMatchObject({ severity: 'warning', status: 'resolved' })
})
