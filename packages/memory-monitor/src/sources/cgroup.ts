/** The control group of this process that accounts for memory. */
export interface CgroupMembership {
  readonly version: 'v1' | 'v2'
  /** As the kernel names it, from the root of its hierarchy: `/kubepods/pod1/c1`. */
  readonly path: string
}

/** What the kernel writes at the most, `PATH_MAX`. */
const longestPath = 4096

/** Where a hierarchy of control groups is mounted. */
export interface CgroupMount {
  readonly mountPoint: string
  /**
   * The group that the mount point shows; not `/` in a container without a namespace of its own.
   */
  readonly root: string
}

/**
 * Finds in `/proc/self/cgroup` the group in force for memory, or `undefined`.
 *
 * On a hybrid host there is a v2 line as well as a v1 line with the `memory` controller: the
 * controller is bound to one hierarchy only, so the v1 line is the one in force.
 */
export function parseMembership(text: string): CgroupMembership | undefined {
  let unified: CgroupMembership | undefined
  for (const line of lines(text)) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined || path.length > longestPath) continue
    if (controllers.split(',').includes('memory')) return { version: 'v1', path }
    if (id === '0' && controllers === '') unified = { version: 'v2', path }
  }
  return unified
}

/**
 * Finds in `/proc/self/mountinfo` where the memory hierarchy of a version is
 * mounted, or `undefined`.
 *
 * Of several, as where parts of it are mounted into a container, the first that
 * shows `path` is taken.
 */
export function parseMount(
  text: string,
  version: 'v1' | 'v2',
  path = '/',
): CgroupMount | undefined {
  let first: CgroupMount | undefined
  for (const line of lines(text)) {
    // Optional fields come between the mount options and the dash: proc_pid_mountinfo(5).
    const [before, after] = line.split(' - ')
    const [, , , root, mountPoint] = before?.split(' ') ?? []
    const [type, , options] = after?.split(' ') ?? []
    if (root === undefined || mountPoint === undefined) continue
    const found =
      version === 'v2'
        ? type === 'cgroup2'
        : type === 'cgroup' && options?.split(',').includes('memory')
    if (!found) continue
    const mount = { root: unescaped(root), mountPoint: unescaped(mountPoint) }
    if (isInside(path, mount.root)) return mount
    first ??= mount
  }
  return first
}

/**
 * The directories of a group and its ancestors, relative to the mount point: the
 * group first, `''` last.
 *
 * A path outside what the mount shows leaves only the mount itself, which is then the group.
 */
export function ancestry(path: string, mountRoot: string): readonly string[] {
  const names = isInside(path, mountRoot)
    ? path.slice(mountRoot.length).split('/').filter(Boolean)
    : []
  // A path that climbs is that of a group outside the namespace of this process.
  if (names.includes('..')) return ['']
  return Array.from({ length: names.length + 1 }, (_, up) =>
    names.slice(0, names.length - up).join('/'),
  )
}

/** Whether a group is one of those that a mount with this root shows. */
function isInside(path: string, mountRoot: string): boolean {
  return mountRoot === '/' || path === mountRoot || path.startsWith(`${mountRoot}/`)
}

/** No path that the kernel writes has a carriage return; a file that was copied may. */
function lines(text: string): readonly string[] {
  return text.split(/\r?\n/)
}

/** Spaces and such in a path come as octal escapes: proc_pid_mountinfo(5). */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
