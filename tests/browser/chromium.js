import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const aptGet = '/usr/bin/apt-get'
const paths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * The path of a Chromium on this machine, or `undefined`. Where there is none and this is root on a Debian, it is
 * installed from the distribution.
 */
export function findChromium() {
  const present = [process.env.CHROMIUM_PATH, ...paths].find((path) => path && existsSync(path))
  if (present !== undefined) return present
  if (process.getuid?.() !== 0 || !existsSync(aptGet)) return undefined
  const install = ['install', '-y', '--no-install-recommends', 'chromium']
  for (const steps of [[install], [['update'], install]]) {
    try {
      for (const step of steps) execFileSync(aptGet, step, { stdio: 'ignore', timeout: 300_000 })
      break
    } catch {
      // The lists of packages may be missing: once more with new ones.
    }
  }
  return paths.find((path) => existsSync(path))
}
