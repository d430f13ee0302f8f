import { spawnSync } from 'node:child_process'

/** The program as Debian and as its makers name it. */
const names = ['prometheus-alertmanager', 'alertmanager']

/**
 * The name of the Alertmanager program of this machine, or the reason why there is none. Where it is absent and may be
 * installed, it is: as a package of the distribution, without starting its service.
 */
export function alertmanager() {
  const present = installed()
  if (present !== undefined) return { program: present }
  if (process.getuid?.() !== 0)
    return { reason: 'Alertmanager is absent, and installing it takes root' }
  if (!runs('apt-get', ['--version']))
    return { reason: 'Alertmanager is absent, and so is apt-get' }
  runs('apt-get', ['update', '-qq'])
  runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'prometheus-alertmanager'])
  const program = installed()
  return program === undefined ? { reason: 'apt-get could not install Alertmanager' } : { program }
}

function installed() {
  return names.find((name) => runs(name, ['--version']))
}

function runs(command, args) {
  // Run level 1 keeps the package from starting its service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  return spawnSync(command, args, { env, stdio: 'ignore', timeout: 120_000 }).status === 0
}
